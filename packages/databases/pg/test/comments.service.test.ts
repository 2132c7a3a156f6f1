import type { Submittable } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, require, startRig, versions } from './pg-setup.ts'

type Cursor = Submittable & {
  read(rows: number, done: (error: Error | undefined, rows: Row[]) => void): void
  close(): Promise<void>
}

const CursorClass = require('pg-cursor') as new (text: string, values: unknown[]) => Cursor

const text = 'SELECT current_query() AS sent, $1::int AS at'
const pattern = /^(.*) \/\*traceparent='00-([\da-f]{32})-([\da-f]{16})-0[13]'\*\/(;?)$/s

type Row = { sent: string; at: number }

describe.each(versions)('comments in queries of %s', (_, load) => {
  let rig: Rig
  let pool: InstanceType<Rig['pg']['Pool']>
  beforeAll(async () => {
    rig = await startRig(load, {}, { addSqlCommenterCommentToQueries: true })
    pool = new rig.pg.Pool({ connectionString: rig.url, max: 10 })
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await pool.end()
    await rig.stop()
  })

  const own = (): object[] => rig.recorder.spans.filter(({ scope }) => scope === '@clew/pg')

  test('a thousand at once reach the server with the ids of their own span each', async () => {
    const ask = async (at: number): Promise<Row> => {
      if (at % 3 === 0) return (await pool.query<Row>(text, [at])).rows[0]!
      if (at % 3 === 1) return (await pool.query<Row>({ text, values: [at] })).rows[0]!
      return new Promise((resolve, reject) => {
        pool.query<Row>(text, [at], (error, result) => (error ? reject(error) : resolve(result.rows[0]!)))
      })
    }
    const told = await Promise.all(
      Array.from({ length: 1_000 }, (__, at) =>
        inRequest('request', async (span) => {
          const { sent, at: answered } = await ask(at)
          const [, sentText, traceId, spanId] = pattern.exec(sent) ?? []
          return { at: answered, sentText, spanId, isOwnTrace: traceId === span.spanContext().traceId }
        }),
      ),
    )
    const spanIds = new Set(told.map(({ spanId }) => spanId))
    expect(told).toEqual(
      Array.from({ length: 1_000 }, (__, at) => ({
        at,
        sentText: text,
        spanId: told[at]!.spanId,
        isOwnTrace: true,
      })),
    )
    expect(spanIds).toEqual(
      new Set(rig.recorder.spans.filter(({ scope }) => scope === '@clew/pg').map(({ spanId }) => spanId)),
    )
    expect(own().map((span) => (span as { attributes: object }).attributes)).toContainEqual(
      expect.objectContaining({ 'db.query.text': text }),
    )
  })

  test('what the application gave stays as it is, and so does what must be the same each time', async () => {
    const client = new rig.pg.Client({ connectionString: rig.url })
    await client.connect()
    const sentBy = async (query: object): Promise<string> => {
      const { rows } = await client.query<Row>(query as never)
      return rows[0]!.sent
    }
    const frozen = Object.freeze({ text: `${text};`, values: Object.freeze([1]) })
    const named = { name: 'asked', text, values: [2] }
    const sent = await inRequest('request', async () => {
      const cursor = client.query(new CursorClass(text, [3]))
      const [row] = await new Promise<Row[]>((resolve, reject) => {
        cursor.read(1, (error: Error | undefined, rows: Row[]) => (error ? reject(error) : resolve(rows)))
      })
      await cursor.close()
      return [
        row!.sent,
        await sentBy(named),
        await sentBy(named),
        await sentBy({ text: `${text} -- asked`, values: [3] }),
        await sentBy(frozen),
        await sentBy({ name: undefined, text, values: [4] }),
      ]
    })
    await client.end()
    expect(sent.map((one) => one.replace(pattern, '$1 (commented)$4'))).toEqual([
      text,
      text,
      text,
      `${text} -- asked`,
      `${text} (commented);`,
      `${text} (commented)`,
    ])
    expect(frozen).toEqual({ text: `${text};`, values: [1] })
  })

  test('several statements in one text get one comment, and outside of a request there is none', async () => {
    const several = (await inRequest('request', () =>
      pool.query('SELECT 1; SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid();'),
    )) as unknown as { rows: { query: string }[] }[]
    const alone = await pool.query<Row>(text, [1])
    expect(several[1]!.rows[0]!.query).toMatch(/pid = pg_backend_pid\(\) \/\*traceparent='[^']*'\*\/;$/)
    expect(alone.rows[0]!.sent).toBe(text)
  })

  test('a text that the server refuses is refused as without a comment', async () => {
    const failed = await inRequest('request', () =>
      pool.query("SELECT 'never closed").catch((error: Error) => error),
    )
    expect(failed).toMatchObject({ code: '42601' })
    expect(own()).toMatchObject([{ status: 'error' }])
  })
})

test('without the option every text is sent as it is', async () => {
  const rig = await startRig(versions[0]![1])
  const client = new rig.pg.Client({ connectionString: rig.url })
  await client.connect()
  const { rows } = await inRequest('request', () => client.query<Row>(text, [1]))
  await client.end()
  await rig.stop()
  expect(rows).toEqual([{ sent: text, at: 1 }])
})

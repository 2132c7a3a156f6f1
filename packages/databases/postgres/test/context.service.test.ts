import { once } from 'node:events'
import type { PendingQuery, Row } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { activeTrace, inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, type Sql, startRig, versions } from './postgres-setup.ts'

type Trace = string | undefined

/** Ways to ask, and where the answer is heard. */
const ways: Readonly<Record<string, (sql: Sql, tell: () => void) => Promise<unknown>>> = {
  await: async (sql, tell) => {
    await slow(sql)
    tell()
  },
  'call of then': (sql, tell) => slow(sql).then(tell),
  'catch of an error': (sql, tell) => sql`select 1 / 0`.catch(tell),
  finally: (sql, tell) => slow(sql).finally(tell),
  forEach: async (sql, tell) => {
    await slow(sql).forEach(tell)
  },
  'cursor, called': async (sql, tell) => {
    await slow(sql).cursor(1, async () => {
      tell()
      await null
      tell()
    })
  },
  'cursor, iterated': async (sql, tell) => {
    for await (const _ of slow(sql).cursor(1)) tell()
    tell()
  },
  begin: async (sql, tell) => {
    await sql.begin(async (own) => {
      tell()
      await slow(own as unknown as Sql)
      tell()
      await own.savepoint(async (inner) => {
        tell()
        await inner`select 1`
        tell()
      })
    })
    tell()
  },
  reserve: async (sql, tell) => {
    const own = await sql.reserve()
    tell()
    await own`select 1`
    own.release()
    tell()
  },
  'readable COPY': async (sql, tell) => {
    const stream = await sql`copy (select generate_series(1, 3)) to stdout`.readable()
    tell()
    stream.on('data', tell)
    await once(stream, 'end')
    tell()
  },
  pipelined: async (sql, tell) => {
    const queries = [sql`select 1`, sql`select 2`, sql`select 3`].map((query) => query.then(tell))
    await Promise.all(queries)
  },
}

function slow(sql: Sql): PendingQuery<Row[]> {
  return sql`select generate_series(1, 2), pg_sleep(random() / 300)`
}

describe.each(versions)('contexts of %s', (name, load) => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(load)
  })
  afterAll(() => rig.stop())

  // The cursors of 3.0 fail and hang by themselves where others use the connection, too.
  const present = Object.entries(ways).filter(
    ([way]) => name !== 'postgres 3.0' || !(way === 'reserve' || way.startsWith('cursor')),
  )

  test.each(present)('%s: 100 requests on 3 connections are each in their own trace', async (_, ask) => {
    const sql = rig.connect()
    const told = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        inRequest(`request ${i}`, async (span) => {
          const traces: Trace[] = []
          await ask(sql, () => void traces.push(activeTrace()))
          const own = span.spanContext().traceId
          return traces.length > 0 && traces.every((trace) => trace === own)
        }),
      ),
    )
    await sql.end()
    expect(told).toEqual(Array(100).fill(true))
    const requests = new Map(
      rig.recorder.spans
        .filter(({ scope }) => scope === 'requests')
        .map((span) => [span.traceId, span.spanId]),
    )
    const strays = rig.recorder.spans.filter(
      (span) => span.scope === '@clew/postgres' && requests.get(span.traceId) !== span.parentSpanId,
    )
    expect([strays, rig.recorder.open()]).toEqual([[], 0])
  })

  test('what a connection tells of itself is in no context, whoever opened it', async () => {
    const told: Record<string, unknown> = {}
    const tell = (event: string) => () => {
      told[event] = activeTrace() ?? 'none'
    }
    const sender = rig.connect({ max: 1 })
    const sql = await inRequest('maker', async () => {
      const own = rig.connect({
        max: 1,
        onnotice: tell('notice'),
        onparameter: tell('parameter'),
        onclose: tell('close'),
        types: {
          text: { to: 25, from: [25], serialize: String, parse: tell('parser') },
        },
      } as never)
      await own`select 'x'::text`
      await own`do $$begin raise notice 'hi'; end$$`
      return own
    })
    await inRequest('other', () => sql`select 'x'::text`)
    const notified = new Promise<void>((resolve) => {
      inRequest('listener', () =>
        sql.listen('postgres_news', () => {
          tell('notification')()
          resolve()
        }),
      ).then(() => inRequest('sender', () => sender.notify('postgres_news', 'x')))
    })
    await notified
    await sql.end()
    await sender.end()
    expect(told).toMatchObject({ notice: 'none', parameter: 'none', notification: 'none', parser: 'none' })
  })
})

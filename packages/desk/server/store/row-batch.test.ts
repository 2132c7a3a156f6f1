import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { cleanUp, newFolder } from '../../test/store-rig.ts'
import { rowsPerStatement } from './row-batch.ts'
import { requestRows } from './rows/request-rows.ts'
import { Writer } from './writer.ts'

afterEach(cleanUp)

const traceId = 'c0'.repeat(16)
const hex = (number: number): string => number.toString(16).padStart(16, '0')
const bytesOf = (request: object): Buffer => Buffer.from(JSON.stringify(request))

const eventOf = (number: number): string => (number % 9 === 0 ? `event ${number}` : '')

/** Lines or spans that are numbered from `first` on; every ninth line has an event, every third span a link to another trace. */
function rowsOf(signal: 'logs' | 'traces', first: number, count: number) {
  const numbers = Array.from({ length: count }, (_, index) => first + index)
  if (signal === 'logs') {
    const logRecords = numbers.map((one) => ({
      traceId,
      spanId: hex(one),
      body: { stringValue: `line ${one}` },
      eventName: eventOf(one),
    }))
    return requestRows('logs', 'json', bytesOf({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))
  }
  const spans = numbers.map((one) => ({
    ...{ traceId, spanId: hex(one), parentSpanId: hex(one + 1e6), name: `span ${one}` },
    ...{ startTimeUnixNano: '1764000000000000000', endTimeUnixNano: '1764000000000001000' },
    links: one % 3 === 0 ? [{ traceId: 'd1'.repeat(16), spanId: hex(one + 2e6) }] : [],
  }))
  return requestRows('traces', 'json', bytesOf({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom('logs' as const, 'traces' as const), fc.nat(3 * rowsPerStatement)),
  },
  { weight: 2, arbitrary: fc.constantFrom('commit' as const, 'rollBack' as const) },
)

test('lines, spans and links in any order and number are there as they came, after a commit and not after a rollback', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const writer = new Writer({
        ...{ directory: await newFolder(), maxBytes: 1e9, maxAgeMs: undefined, nowUs: () => 1.764e15 },
        report: (message) => expect.fail(message),
      })
      const kept = { logs: [] as number[], traces: [] as number[] }
      let waiting: ['logs' | 'traces', number][] = []
      let next = 1
      for (const one of [...steps, 'commit' as const]) {
        if (one === 'commit') {
          writer.commit()
          for (const [signal, number] of waiting) kept[signal].push(number)
        } else if (one === 'rollBack') writer.rollBack()
        if (typeof one === 'string') waiting = []
        else {
          writer.add(rowsOf(one[0], next, one[1]))
          for (let number = next; number < next + one[1]; number++) waiting.push([one[0], number])
          next += one[1]
        }
      }
      const [path] = writer.segments().paths
      writer.close()
      const database = new DatabaseSync(path!, { readOnly: true })
      const all = (sql: string): unknown[][] => {
        const statement = database.prepare(sql)
        statement.setReturnArrays(true)
        return statement.all() as unknown as unknown[][]
      }
      expect(all('SELECT lower(hex(span)), body, event, body_json, dropped FROM log ORDER BY id')).toEqual(
        kept.logs.map((one) => [hex(one), `line ${one}`, eventOf(one), 0, 0]),
      )
      expect(
        all(
          `SELECT lower(hex(span)), lower(hex(parent)), text, message, state, events, links IS NOT NULL, dropped
           FROM span JOIN name ON name.id = span.name ORDER BY span.id`,
        ),
      ).toEqual(
        kept.traces.map((one) => [
          ...[hex(one), hex(one + 1e6), `span ${one}`],
          ...['', '', null, one % 3 === 0 ? 1 : 0, null],
        ]),
      )
      expect(all('SELECT lower(hex(to_span)), lower(hex(from_span)) FROM link ORDER BY from_span')).toEqual(
        kept.traces.filter((one) => one % 3 === 0).map((one) => [hex(one + 2e6), hex(one)]),
      )
      database.close()
    }),
    { numRuns: 10 },
  )
})

import { expect, test } from 'vitest'
import { Problems } from '../problems.ts'
import type { Batch } from '../records/batch.ts'
import { emptyCounters } from '../records/queue.ts'
import { type Outcome, outcomeOfResponse } from '../wire/outcome.ts'
import { Health } from './health.ts'
import { Losses } from './losses.ts'

const batch: Batch = {
  ...{ signal: 'logs', id: 1, count: 10, bytes: 100, fromSpool: false },
  ...{ request: Buffer.alloc(100), release() {} },
}

function hear(work: (health: Health) => void): string[] {
  const said: string[] = []
  const problems = new Problems((code, message) => said.push(`${code} ${message}`), Date.now)
  const wording = { address: 'c:4318', repeat: (text: string) => text }
  const counters = emptyCounters()
  work(
    new Health({
      name: 'logs',
      remedyOf: undefined,
      signal: 'logs',
      wording,
      counters,
      losses: new Losses(),
      problems,
      now: Date.now,
    }),
  )
  return said
}

test('a failure is told with what helps', () => {
  expect(hear((health) => health.failed('HTTP 503'))).toEqual([
    'CLEW_EXPORT_FAILED cannot send logs to c:4318: HTTP 503; they wait and are sent again. Check the receiver and OTEL_EXPORTER_OTLP_ENDPOINT',
  ])
})

test.for<[Outcome, lost: number, line: string]>([
  [
    { kind: 'refused', status: 'HTTP 400', message: 'Client sent an HTTP request to an HTTPS server.' },
    10,
    'CLEW_EXPORT_REFUSED c:4318 refused 10 logs records with HTTP 400 (Client sent an HTTP request to an HTTPS server.); they are gone. The receiver speaks TLS there: write https:// in OTEL_EXPORTER_OTLP_ENDPOINT',
  ],
  [
    { kind: 'refused', status: 'HTTP 401', message: '' },
    10,
    'CLEW_EXPORT_REFUSED c:4318 refused 10 logs records with HTTP 401; they are gone. Check the credentials in OTEL_EXPORTER_OTLP_HEADERS',
  ],
  [
    { kind: 'partial', rejected: 3, message: 'too old' },
    3,
    'CLEW_EXPORT_PARTIAL c:4318 rejected 3 of 10 logs records: too old',
  ],
  [
    { kind: 'partial', rejected: 99, message: '' },
    10,
    'CLEW_EXPORT_PARTIAL c:4318 rejected 10 of 10 logs records (it says 99)',
  ],
  [
    { kind: 'partial', rejected: 0, message: 'a warning' },
    0,
    'CLEW_EXPORT_PARTIAL c:4318 took 10 logs records: a warning',
  ],
])('a judgement is told with what it means: %j', ([outcome, lost, line]) => {
  expect(hear((health) => health.judged(batch, outcome, lost))).toEqual([line])
})

test.for([
  ['-5', 0],
  ['"-5"', 0],
  ['2.5', 2],
  ['"7"', 7],
  ['1e300', 1e300],
  ['"x"', 0],
  ['null', 0],
  ['{}', 0],
] as const)('the number of rejected records is one: %s', ([written, rejected]) => {
  const body = Buffer.from(`{"partialSuccess":{"rejectedLogRecords":${written},"errorMessage":"m"}}`)
  expect(outcomeOfResponse(body, 'application/json')).toEqual({ kind: 'partial', rejected, message: 'm' })
})

import { expect, test } from 'vitest'
import { type ChainLog, type ChainSpan, formatChain } from './format-chain.ts'

const startNs = 1_764_115_200_000_000_000n
const resource = { 'service.name': 'api' }

const emptySpan = {
  traceId: 't',
  traceState: '',
  flags: 1,
  name: '',
  kind: 0,
  attributes: {},
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: 0, message: '' },
  resource,
}
const emptyLog = {
  observedTimeUnixNano: 0n,
  severityText: '',
  droppedAttributesCount: 0,
  flags: 1,
  eventName: '',
}

function span(
  spanId: string,
  parentSpanId: string,
  [from, to]: [number, number],
  more: Partial<ChainSpan>,
): ChainSpan {
  const times = { startTimeUnixNano: afterStart(from), endTimeUnixNano: afterStart(to) }
  return { ...emptySpan, spanId, parentSpanId, ...times, ...more }
}

function log(spanId: string, ms: number, severityNumber: number, body: string, attributes = {}): ChainLog {
  const known = { traceId: 't', spanId, timeUnixNano: afterStart(ms), severityNumber, body, attributes }
  return { ...emptyLog, ...known, resource }
}

function afterStart(ms: number): bigint {
  return startNs + BigInt(ms * 1e6)
}

test('a trace is a tree in order of time, with its lines where they were written and what failed', () => {
  const spans = [
    span('b', 'a', [30, 52], {
      name: 'process mails',
      attributes: { 'messaging.message.id': '3', 'bullmq.job.attempt': 2 },
      status: { code: 2, message: 'no \x1b[31manswer' },
      resource: { 'service.name': 'worker' },
    }),
    span('a', '', [0, 5.6], { name: 'POST /orders', attributes: { 'http.response.status_code': 202 } }),
    span('x', '', [0, 1], { name: 'another trace', traceId: 'other' }),
  ]
  const logs = [
    log('gone', 2, 13, 'who wrote this'),
    log('b', 40, 17, 'failed', {
      'exception.type': 'TypeError',
      'exception.message': 'no',
      orderId: 2n ** 60n,
      'messaging.system': 'bullmq',
    }),
    log('a', 1, 9, 'received'),
  ]
  expect(formatChain('t', spans, logs)).toBe(`\
     0.0 ms  POST /orders → 202  5.6 ms  [api]
     1.0 ms  ├─ INFO  received
    30.0 ms  └─ process mails (job 3, attempt 2)  22 ms  [worker]  ERROR no answer
    40.0 ms     └─ ERROR failed TypeError: no orderId="1152921504606846976"
     2.0 ms  span gone not received
     2.0 ms  └─ WARN  who wrote this
`)
  expect(formatChain('unknown', spans, logs)).toBe('')
})

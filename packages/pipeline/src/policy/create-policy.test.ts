import { createRedactor, defaultLimits, type LogInput, type LogRecord, type SpanInput } from '@clew/otlp'
import { expect, test } from 'vitest'
import {
  createTested,
  highTrace,
  hold,
  infoAtOne,
  lowTrace,
  requestSpan,
  scope,
} from '../../test/tested-policy.ts'
import type { KeepRule } from './policy.ts'

test('a trace above the threshold is kept with its weight, one below is not', () => {
  const { left, log } = createTested([infoAtOne])
  log('low', { traceId: lowTrace })
  log('high', { traceId: highTrace })
  log('warning', { traceId: lowTrace, severityNumber: 13 })
  expect(left).toEqual([
    ['high', 100],
    ['warning', 1],
  ])
})

test('an ERROR takes along what its trace has held, in order and without weight, and what follows', () => {
  const { left, log, announced } = createTested([infoAtOne])
  for (const text of ['one', 'two']) log(text, { traceId: lowTrace })
  log('other', { traceId: `${lowTrace.slice(0, -1)}2` })
  log('failed', { traceId: lowTrace, severityNumber: 17 })
  log('after', { traceId: lowTrace })
  expect(left).toEqual([
    ['one', 0],
    ['two', 0],
    ['failed', 1],
    ['after', 0],
  ])
  expect(announced).toEqual([lowTrace])
})

test('a chain whose beginning is gone says how many records are, before the first that it has', () => {
  const { left, shipped, policy, log, spans } = createTested([infoAtOne], {
    hold: { ...hold, maxTraceRecords: 3 },
  })
  policy.span(scope, requestSpan({}))
  for (const text of ['one', 'two', 'three', 'four']) log(text, { traceId: lowTrace })
  log('failed', { traceId: lowTrace, severityNumber: 17 })
  const lost = '2 records of this chain before this one were held no more when it failed'
  expect([left, spans]).toEqual([
    [
      [lost, 0],
      ['two', 0],
      ['three', 0],
      ['four', 0],
      ['failed', 1],
    ],
    [],
  ])
  expect(shipped[0]).toMatchObject({
    ...{ eventName: 'clew.cut', attributes: { 'clew.cut.count': 2 } },
    ...{ traceId: lowTrace, spanId: '1'.repeat(16), timeUnixMs: 1_700_000_001_000, severityNumber: 9 },
  })
  expect(policy.counters().dropped.cut).toBe(2)
})

test.each<[string, KeepRule, Partial<LogInput>, [unknown, unknown][]]>([
  ['is kept', { name: 'all', keep: 1 }, {}, [['text', undefined]]],
  ['is selected', { name: 'some', keep: 0.01 }, { traceId: highTrace }, [['text', 100]]],
  [
    'waits',
    { name: 'some', keep: 0.01 },
    { traceId: lowTrace },
    [
      ['text', 0],
      ['end', undefined],
    ],
  ],
  ['fails', { name: 'some', keep: 0.01 }, { traceId: lowTrace, severityNumber: 17 }, [['text', 0]]],
  ['is dropped', { name: 'none', keep: 0, hold: false }, { traceId: lowTrace }, [['end', undefined]]],
  [
    'says its weight itself',
    { name: 'some', keep: 0.5 },
    { traceId: highTrace, attributes: { 'log.sample.weight': 7 } },
    [['text', 7]],
  ],
])(
  'values of a record that a rule looks at as a whole are read once, secrets count once: it %s',
  (_, rule, facts, expected) => {
    const redactor = createRedactor({ keys: [], patterns: ['email'], own: [], cuts: true })
    let reads = 0
    const data = { toJSON: () => `${reads++} ann@example.com` }
    const where = (record: LogRecord): boolean => String(record.attributes.data).startsWith('0 ')
    const { left, log, reasons } = createTested([{ ...rule, where }], {}, { ...defaultLimits, redactor })
    log('text', { ...facts, attributes: { data, ...facts.attributes } })
    const ends = expected.at(-1)![0] === 'end'
    if (ends) log('end', { traceId: lowTrace, severityNumber: 17 })
    expect([left, reads, reasons]).toEqual([expected, 1, ends || facts.severityNumber ? ['error'] : []])
    expect(Object.values(redactor.counts()).reduce((sum, count) => sum + count, 0)).toBe(1)
  },
)

test('others are told once of an own failure, even where somebody else had the trace kept', () => {
  const { policy, log, announced } = createTested([infoAtOne])
  policy.mark(lowTrace, 'outside')
  log('one', { traceId: lowTrace })
  expect(announced).toEqual([])
  for (const text of ['failed', 'failed again']) log(text, { traceId: lowTrace, severityNumber: 17 })
  expect([announced, policy.counters().marks.own]).toEqual([[lowTrace], 0])
})

test.each<[string, Partial<SpanInput>, boolean]>([
  ['a failed request', { statusCode: 2 }, true],
  ['a failed job', { kind: 4, statusCode: 2 }, true],
  ['a slow request', { endUnixMs: 2_000 }, true],
  ['a failed query', { kind: 2, statusCode: 2 }, false],
  ['a good request', {}, false],
])('%s releases the chain, or not', (_, facts, releases) => {
  const { left, spans, policy, log } = createTested([infoAtOne], { hold: { ...hold, slowMs: 1_000 } })
  log('one', { traceId: lowTrace })
  policy.span(scope, requestSpan(facts))
  expect([left.length, spans]).toEqual(releases ? [1, ['GET /']] : [0, []])
})

test('the first failure of a chain says why it is kept, without a change to what the application has', () => {
  const { policy, log, reasons } = createTested([infoAtOne], { hold: { ...hold, slowMs: 1_000 } })
  const contextAttributes = { request_id: '1' }
  const other = `${lowTrace.slice(0, -1)}2`
  for (const text of ['failed', 'failed again'])
    log(text, { traceId: lowTrace, severityNumber: 17, contextAttributes })
  policy.span(scope, requestSpan({ statusCode: 2, traceFlags: 1 }))
  policy.span(scope, requestSpan({ traceId: other, endUnixMs: 2_000 }))
  log('failed', { traceId: other, severityNumber: 17 })
  policy.span(scope, requestSpan({ traceId: highTrace, statusCode: 2 }))
  expect([reasons, contextAttributes]).toEqual([['error', 'slow', 'failed'], { request_id: '1' }])
})

test('a sampled span leaves at once, one that is not waits with its trace', () => {
  const { spans, policy } = createTested([])
  policy.span(scope, requestSpan({ name: 'sampled', traceFlags: 1 }))
  policy.span(scope, requestSpan({ name: 'not sampled' }))
  expect(spans).toEqual(['sampled'])
  expect([policy.mark(lowTrace, 'trusted'), spans]).toEqual([true, ['sampled', 'held']])
})

test('a mark that comes before the records lets them through, and none releases twice', () => {
  const { left, policy, log } = createTested([infoAtOne])
  policy.mark(lowTrace, 'trusted')
  log('one', { traceId: lowTrace })
  policy.mark(lowTrace, 'trusted')
  expect([left, policy.isMarked(lowTrace), policy.counters().marks.trusted]).toEqual([[['one', 0]], true, 1])
})

test('own releases are capped, a refused one announces nothing and keeps the chain', () => {
  const { policy, log, announced, left } = createTested([infoAtOne], {
    hold: { ...hold, releasesPerSecond: 1 },
  })
  const traces = Array.from({ length: 8 }, (_, at) => `${lowTrace.slice(0, -1)}${at}`)
  for (const traceId of traces) {
    log('before', { traceId })
    log('failed', { traceId, severityNumber: 17 })
  }
  expect([announced, policy.counters().marks.refused]).toEqual([traces.slice(0, 5), 3])
  // The ERROR itself is always kept.
  expect(left.filter(([text]) => text === 'failed')).toHaveLength(8)
  expect(left.filter(([text]) => text === 'before')).toHaveLength(5)
})

test('rv of the tracestate decides before the trace id', () => {
  const { left, log } = createTested([infoAtOne])
  const traceState = { get: () => 'rv:ffffffffffffff' }
  log('kept', { traceId: lowTrace, traceState })
  expect(left).toEqual([['kept', 100]])
})

test.each<[string, KeepRule, Partial<LogInput>, boolean]>([
  ['its module', { name: 'a', modules: ['pay*'], keep: 0 }, { attributes: { module: 'payments' } }, true],
  ['another module', { name: 'a', modules: ['pay*'], keep: 0 }, { attributes: { module: 'orders' } }, false],
  ['its library', { name: 'a', modules: ['@clew/winston'], keep: 0 }, {}, true],
  ['its event', { name: 'a', events: ['order_paid'], keep: 0 }, { eventName: 'order_paid' }, true],
  ['no event', { name: 'a', events: ['order_paid'], keep: 0 }, {}, false],
  ['a search', { name: 'a', where: ({ body }) => body === 'text', keep: 0 }, {}, true],
  ['a search that finds nothing', { name: 'a', where: () => false, keep: 0 }, {}, false],
  ['a milder level', { name: 'a', minSeverity: 13, keep: 0 }, {}, false],
  ['no severity, which is INFO', { name: 'a', minSeverity: 9, keep: 0 }, { severityNumber: 0 }, true],
])('a rule by %s', (_, rule, facts, fits) => {
  const { left, log, policy } = createTested([rule])
  log('text', facts)
  expect([left.length, policy.counters().seen]).toEqual(
    fits ? [0, { a: 1, default: 0 }] : [1, { a: 0, default: 1 }],
  )
})

test('a rule that does not hold drops what it does not keep', () => {
  const { left, log, policy } = createTested([{ ...infoAtOne, hold: false }])
  log('one', { traceId: lowTrace })
  log('failed', { traceId: lowTrace, severityNumber: 17 })
  expect([left, policy.counters().dropped.not_held]).toEqual([[['failed', 1]], 1])
})

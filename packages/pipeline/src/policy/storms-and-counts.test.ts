import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
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

test('of a storm the first and every so-manieth is kept, and nothing is missing from the weights', () => {
  const { left, shipped, log, clock, policy } = createTested([], { storm: { first: 3, every: 10 } })
  for (let id = 0; id < 100; id++) log(`connection ${id} refused`, { traceId: highTrace })
  expect(left).toHaveLength(12)
  clock.nowMs += 5_000
  policy.sweep()
  const summary = left.at(-1)
  expect([left.length, summary]).toEqual([13, ['connection <*> refused', 7]])
  expect(shipped.at(-1)!.attributes).toMatchObject({
    'clew.collapsed.count': 7,
    'log.record.template': 'connection <*> refused',
  })
  expect(left.reduce((sum, [, weight]) => sum + Number(weight), 0)).toBe(100)
})

test('each module has its cap, and ERROR one of its own', () => {
  const { left, log, policy } = createTested([], { maxPerSecond: 5 })
  for (let id = 0; id < 20; id++) {
    log('a', { attributes: { module: 'one' } })
    log('b', { attributes: { module: 'two' } })
    log('c', { attributes: { module: 'two' }, severityNumber: 17 })
  }
  policy.sweep(true)
  expect(left.filter(([text]) => String(text).length === 1)).toHaveLength(15)
  expect(left.reduce((sum, [, weight]) => sum + Number(weight), 0)).toBe(60)
})

test('other rules are in force from the change on, and what is held stays', () => {
  const { left, log, policy } = createTested([infoAtOne])
  log('held', { traceId: lowTrace })
  policy.change({ rules: [], hold, storm: undefined, maxPerSecond: undefined })
  log('kept', { traceId: lowTrace })
  policy.mark(lowTrace, 'own')
  expect(left).toEqual([
    ['kept', 1],
    ['held', 0],
  ])
})

test('each record and span is counted once: kept, held or not held; what was held left, is gone or waits', () => {
  const { policy, clock, log } = createTested(
    [infoAtOne, { name: 'debug', maxSeverity: 8, keep: 0, hold: false }],
    {
      ...{
        hold: { ...hold, maxBytes: 16 * 2 ** 20, holdMs: 1_000, maxTraceRecords: 5 },
        storm: { first: 3, every: 5 },
      },
    },
  )
  const random = fc.sample(fc.tuple(fc.nat(400), fc.constantFrom(5, 9, 9, 9, 13, 17)), {
    numRuns: 20_000,
    seed: 7,
  })
  for (const [at, [trace, severityNumber]] of random.entries()) {
    const traceId = trace === 0 ? undefined : (trace + (at >> 9) * 1000).toString(16).padStart(32, '0')
    log('a record', { traceId, severityNumber: trace % 40 === 0 ? severityNumber : 9 })
    if (traceId && at % 7 === 0)
      policy.span(scope, requestSpan({ traceId, traceFlags: at % 3 === 0 ? 1 : 0 }))
    if (at % 500 === 0) clock.nowMs += 100
    if (at % 1000 === 0) policy.sweep()
    if (at === 10_000)
      policy.change({ rules: [infoAtOne], hold, storm: { first: 3, every: 5 }, maxPerSecond: 20 })
  }
  policy.sweep(true)
  const { seen, kept, summaries, spans, held, released, dropped, ring } = policy.counters()
  const logs = Object.values(seen).reduce((sum, count) => sum + count, 0)
  expect([logs, Object.keys(seen).toSorted()]).toEqual([20_000, ['debug', 'default', 'info']])
  expect(kept + spans.kept + held + dropped.not_held).toBe(logs + spans.ended + summaries)
  expect(released + dropped.expired + dropped.evicted + dropped.cut + dropped.too_large + ring.records).toBe(
    held,
  )
  const some = { summaries, released, ...dropped, waiting: ring.records }
  expect(Object.entries(some).flatMap(([what, count]) => (count > 0 ? [] : [what]))).toEqual([
    ...['evicted', 'too_large'],
  ])
})

test('one percent of traces is kept whole, of records without a trace one percent, and the weights count them all', () => {
  const { left, log } = createTested([infoAtOne])
  const total = 200_000
  const ids = randomBytes(total * 16).toString('hex')
  for (let trace = 0; trace < total; trace++)
    log('traced', { traceId: ids.slice(trace * 32, trace * 32 + 32) })
  const traced = left.length / total
  for (let id = 0; id < total; id++) log(`record ${id}`, { timeUnixMs: 1_700_000_000_000 + id * 0.37 })
  const untraced = left.length / total - traced
  // Four standard deviations.
  for (const share of [traced, untraced])
    expect(Math.abs(share - 0.01)).toBeLessThan(4 * Math.sqrt(0.0099 / total))
})

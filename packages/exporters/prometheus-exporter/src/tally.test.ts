import type { ObservedRecord } from '@clew/core'
import { expect, test } from 'vitest'
import { createTally, type Tally } from './tally.ts'

const scope = { name: '@clew/winston', version: '1.0.0' }
const traceId = 'a'.repeat(32)
const spanId = 'b'.repeat(16)

function write(tally: Tally, severityNumber: number, more: Partial<ObservedRecord> = {}): void {
  tally.observe(scope, { severityNumber, timeUnixMs: 1_700_000_000_123, ...more })
}

/** Values that are not 0, as `module level` → value. */
function countsOf(tally: Tally): Record<string, number> {
  const values = tally.meter.read().filter(({ value }) => value > 0)
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels.module} ${labels.level}`, value]))
}

test('each severity counts to the level of its range, one that is none to unspecified', () => {
  const tally = createTally('shop', 10)
  for (let severity = 1; severity <= 24; severity++) write(tally, severity)
  for (const severity of [0, -1, 25, 1e12, Number.NaN]) write(tally, severity)
  const level = (name: string): string => `@clew/winston ${name}`
  expect(countsOf(tally)).toEqual({
    [level('unspecified')]: 5,
    [level('trace')]: 4,
    [level('debug')]: 4,
    [level('info')]: 4,
    [level('warn')]: 4,
    [level('error')]: 4,
    [level('fatal')]: 4,
  })
})

test('a module has a series for each level from its first record on, so that its first error is an increase', () => {
  const tally = createTally('shop', 10)
  write(tally, 9, { attributes: { module: 'payments' } })
  expect(tally.meter.read()).toEqual(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => ({
      labels: { service: 'shop', module: 'payments', level },
      value: level === 'info' ? 1 : 0,
      exemplar: undefined,
    })),
  )
})

test('modules over the limit, and names that are too long, are counted under _other', () => {
  const tally = createTally('shop', 2)
  const modules = ['a', 'b', 'c', 'a', 'd', 'c', 'b', 'x'.repeat(129)]
  for (const module of modules) write(tally, 9, { attributes: { module } })
  expect(countsOf(tally)).toEqual({ 'a info': 2, 'b info': 2, '_other info': 4 })
})

test('a logger counts as module where a record has none', () => {
  const tally = createTally('shop', 10)
  for (const attributes of [{ logger: 'payments' }, { module: 'orders', logger: 'payments' }])
    write(tally, 9, { attributes })
  expect(countsOf(tally)).toEqual({ 'payments info': 1, 'orders info': 1 })
})

test('what is no module, or throws, leaves the name of the library', () => {
  const tally = createTally('shop', 10)
  const throwing = {
    get module(): string {
      throw new Error('no')
    },
  }
  for (const attributes of [undefined, {}, { module: 7 }, { module: '' }, throwing])
    write(tally, 9, { attributes })
  expect(countsOf(tally)).toEqual({ '@clew/winston info': 5 })
})

test('the exemplar is the span of the last sampled record, from WARN on', () => {
  const tally = createTally('shop', 10)
  const ids = { traceId, spanId, traceFlags: 1 }
  write(tally, 9, ids)
  write(tally, 13, ids)
  write(tally, 17, { ...ids, traceId: 'c'.repeat(32) })
  write(tally, 17, { ...ids, timeUnixMs: 1_700_000_001_000, traceFlags: 3 })
  write(tally, 17, { ...ids, traceId: 'd'.repeat(32), traceFlags: 2 })
  write(tally, 17)
  const exemplars = tally.meter.read().flatMap(({ labels, exemplar }) => {
    return exemplar ? [[labels.level, exemplar]] : []
  })
  expect(exemplars).toEqual([
    ['warn', { traceId, spanId, timeUnixMs: 1_700_000_000_123 }],
    ['error', { traceId, spanId, timeUnixMs: 1_700_000_001_000 }],
  ])
})

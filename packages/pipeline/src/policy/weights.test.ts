import type { LogInput } from '@clew/otlp'
import { expect, test } from 'vitest'
import { createPolicy } from './create-policy.ts'
import type { PolicyRules } from './policy.ts'

const scope = { name: '@clew/winston', version: '1' }
const onePercent: PolicyRules = {
  rules: [{ name: 'info', maxSeverity: 12, keep: 0.01 }],
  hold: {
    ...{ maxBytes: 0, holdMs: 30_000, maxTraceRecords: 1, maxTraceBytes: 1 },
    ...{ releaseSeverity: 17, slowMs: undefined, releasesPerSecond: 50 },
  },
  storm: undefined,
  maxPerSecond: undefined,
}

/** Random hex digits, the same for the same seed. https://en.wikipedia.org/wiki/Xorshift */
function createHex(seed: number): () => string {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0).toString(16).padStart(8, '0')
  }
}

/** What a run of traces counts to by weight, of which each has so many records, and how many records were sent. */
function run(seed: number, traces: number, records: number, more: Partial<PolicyRules> = {}) {
  let [sum, sent, nowMs] = [0, 0, 0]
  const take = (_: unknown, __: unknown, weight: number): void => {
    sum += weight
    sent++
  }
  const policy = createPolicy(
    { ...onePercent, ...more },
    {
      logs: { ship: take, pass: () => {}, write: () => {} },
      traces: undefined,
      nowMs: () => nowMs,
      decode: () => undefined,
      ...{ announce: () => {}, ringIsSmall: () => {} },
    },
  )
  const hex = createHex(seed)
  const input: LogInput = { timeUnixMs: 1, severityNumber: 9, severityText: 'info', body: 'order created' }
  for (let trace = 0; trace < traces; trace++) {
    nowMs += 0.5
    input.traceId = hex() + hex() + hex() + hex()
    for (let record = 0; record < records; record++) policy.log(scope, input)
    if (trace % 2000 === 0) policy.sweep()
  }
  policy.sweep(true)
  return { share: sum / (traces * records), sent: sent / (traces * records) }
}

function meanOf(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((all, value) => all + value, 0) / values.length
  const variance = values.reduce((all, value) => all + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

test.each<[string, Partial<PolicyRules>]>([
  ['without storms', {}],
  ['with storms', { storm: { first: 5, every: 10 } }],
  ['with caps', { maxPerSecond: 10 }],
  ['with both', { storm: { first: 5, every: 10 }, maxPerSecond: 3 }],
])('over 400 runs weighted counts are what was written, %s', (_, more) => {
  const shares = Array.from({ length: 400 }, (__, seed) => run(seed, 2_000, 2, more).share)
  const { mean, error } = meanOf(shares)
  expect(Math.abs(mean - 1)).toBeLessThan(3 * error)
  expect(error).toBeLessThan(0.02)
})

test('of a million traces one percent is kept, and their weights count all within two percent', () => {
  const { share, sent } = run(7, 1_000_000, 1)
  expect(Math.abs(sent - 0.01)).toBeLessThan(0.001)
  expect(Math.abs(share - 1)).toBeLessThan(0.02)
})

test('whatever a storm and a cap leave out, no weight is lost', () => {
  const kept = { rules: [], storm: { first: 2, every: 7 }, maxPerSecond: 11 }
  for (let seed = 0; seed < 20; seed++) expect(run(seed, 3_000, 2, kept).share).toBe(1)
})

import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createIdWatch } from './id-watch.ts'
import { parseThreshold, type RandomnessSource, randomnessOf, thresholdOfRatio } from './threshold.ts'
import { hashTraceId } from './trace-id-hash.ts'

const hex = (value: bigint, digits: number): string => value.toString(16).padStart(digits, '0')
const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex')
const stateOf = (ot: string) => ({ get: (key: string) => (key === 'ot' ? ot : undefined) })
const beganMs = 1_700_000_000_000

/** Ids as they are made out there, the `at`th of a run, whose last digits are random or are not. */
const families: Record<string, { make(at: number): string; isRandom: boolean }> = {
  random: { make: () => randomHex(16), isRandom: true },
  'AWS X-Ray': { make: (at) => hex(BigInt(1_700_000_000 + at), 8) + randomHex(12), isRandom: true },
  '64 bits, zeros before them': { make: () => '0'.repeat(16) + randomHex(8), isRandom: true },
  '63 bits': {
    make: () => hex(BigInt(`0x${randomHex(8)}`) & 0x7fff_ffff_ffff_ffffn, 32),
    isRandom: true,
  },
  'Datadog of 128 bits': {
    make: (at) => `${hex(BigInt(1_700_000_000 + at), 8)}00000000${randomHex(8)}`,
    isRandom: true,
  },
  'UUID version 4': { make: () => randomUUID().replaceAll('-', ''), isRandom: true },
  'UUID version 7': {
    make: (at) => `${hex(BigInt(beganMs + at), 12)}7${randomHex(2).slice(1)}8${randomHex(8).slice(1)}`,
    isRandom: true,
  },
  snowflake: {
    make: (at) => hex((BigInt(beganMs - 1_288_834_974_657 + at) << 22n) | (5n << 12n), 32),
    isRandom: false,
  },
  ObjectId: {
    make: (at) => `00000000${hex(BigInt(1_700_000_000 + (at >> 6)), 8)}a1b2c3d4e5${hex(BigInt(at), 6)}`,
    isRandom: false,
  },
  'a counter': { make: (at) => hex(BigInt(at + 1), 32), isRandom: false },
  'the time behind random digits': {
    make: (at) => randomHex(8) + hex(BigInt(beganMs + at) * 1_000_000n, 16),
    isRandom: false,
  },
  'zeros at the end': { make: () => randomHex(8) + '0'.repeat(16), isRandom: false },
}
const idsOf = (family: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => families[family]!.make(at))
const shareOf = (ids: readonly string[], ratio: number, source: RandomnessSource): number => {
  const threshold = thresholdOfRatio(ratio)
  return ids.filter((id) => randomnessOf(id, undefined, source) >= threshold).length / ids.length
}

test('over 100,000 ids, each third with an rv, strings decide as whole numbers do', () => {
  const thresholds = [1, 0.5, 1 / 3, 0.1, 0.01, 0.001, 2 ** -20].map(thresholdOfRatio)
  let differing = 0
  for (let at = 0; at < 100_000; at++) {
    const id = at % 2 === 0 ? randomHex(16) : randomHex(16).toUpperCase()
    const rv = at % 3 === 0 ? randomHex(7) : undefined
    // Near the threshold, where rounding would show.
    const threshold = thresholds[at % thresholds.length]!
    const near =
      at % 5 === 0 ? id.slice(0, 18) + hex(BigInt(`0x${threshold}`) + BigInt(at % 2), 14).slice(-14) : id
    for (const source of ['trace-id', 'hash'] as const) {
      const whole = BigInt(`0x${rv ?? (source === 'hash' ? hashTraceId(near) : near.slice(18))}`)
      const kept = randomnessOf(near, rv === undefined ? undefined : stateOf(`rv:${rv}`), source) >= threshold
      if (kept !== whole >= BigInt(`0x${threshold}`)) differing++
    }
  }
  expect(differing).toBe(0)
})

test.each<[string, string | undefined]>([
  ['rv:0123456789abcd', '0123456789abcd'],
  ['th:fd70a4;rv:0123456789abcd;k1:13', '0123456789abcd'],
  ['rv:0123456789abcd;rv:ffffffffffffff', '0123456789abcd'],
  ['rv:0123456789ABCD', undefined],
  ['rv:0123456789abc', undefined],
  ['rv:0123456789abcde', undefined],
  ['rv:0123456789abcg', undefined],
  ['rv:', undefined],
  ['xrv:0123456789abcd', undefined],
  ['', undefined],
])('of ot=%s the randomness is %s', (ot, rv) => {
  const id = 'ab'.repeat(16)
  expect(randomnessOf(id, stateOf(ot))).toBe(rv ?? id.slice(18))
  expect(randomnessOf(id, stateOf(ot), 'hash')).toBe(rv ?? hashTraceId(id))
})

test.each<[string | undefined, string | undefined]>([
  ['0', '00000000000000'],
  ['fd70a4', 'fd70a400000000'],
  ['00000000000001', '00000000000001'],
  ['FD70A4', undefined],
  ['000000000000001', undefined],
  ['', undefined],
  ['0x1', undefined],
  [undefined, undefined],
])('the threshold %s is %s', (th, threshold) => {
  expect(parseThreshold(th)).toBe(threshold)
})

test.each([
  ['00000000000000000000000000000000', '5a4075d66b2d3d'],
  ['0af7651916cd43dd8448eb211c80319c', '4d37f11d45dc68'],
  ['0AF7651916CD43DD8448EB211C80319C', '4d37f11d45dc68'],
  ['4bf92f3577b34da6a3ce929d0e0e4736', '0a7128bde12ed9'],
  ['ffffffffffffffffffffffffffffffff', 'a96d14e2c1b6da'],
])('the hash of %s is what others make of it', (id, hash) => {
  expect(hashTraceId(id)).toBe(hash)
})

test.each(Object.keys(families))('by the hash one percent of ids is kept, and ten: %s', (family) => {
  const ids = idsOf(family, 50_000)
  // Five standard deviations of a binomial distribution.
  expect(Math.abs(shareOf(ids, 0.01, 'hash') - 0.01)).toBeLessThan(0.0023)
  expect(Math.abs(shareOf(ids, 0.1, 'hash') - 0.1)).toBeLessThan(0.0068)
})

test.each(Object.entries(families).filter(([, { isRandom }]) => isRandom))(
  'by the end of the id one percent is kept of ids that are random there: %s',
  (family) => {
    expect(Math.abs(shareOf(idsOf(family, 50_000), 0.01, 'trace-id') - 0.01)).toBeLessThan(0.0023)
  },
)

test.each(Object.entries(families))('the watch tells random ids from others: %s', (family, { isRandom }) => {
  const said: number[] = []
  const watch = createIdWatch((chiSquare) => said.push(chiSquare))
  for (const id of idsOf(family, 20_000)) watch(id)
  if (isRandom) expect(said).toEqual([])
  else {
    expect(said).toHaveLength(1)
    expect(said[0]).toBeGreaterThan(10_000)
  }
})

test('the watch counts an id once, however many requests of its trace come', () => {
  const said: number[] = []
  const watch = createIdWatch((chiSquare) => said.push(chiSquare))
  const ids = idsOf('random', 10_000)
  for (const id of ids) for (let request = 0; request < 20; request++) watch(id)
  expect(said).toEqual([])
})

test('the watch says nothing before it has seen 4,096 ids, and notices one caller among others', () => {
  const said: number[] = []
  const watch = createIdWatch((chiSquare) => said.push(chiSquare))
  for (const id of idsOf('a counter', 2_000)) watch(id)
  expect(said).toEqual([])
  const counted = idsOf('snowflake', 4_000)
  for (const [at, id] of idsOf('random', 12_000).entries()) {
    watch(id)
    if (at % 3 === 0) watch(counted[at / 3]!)
  }
  expect(said).toHaveLength(1)
})

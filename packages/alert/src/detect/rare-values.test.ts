import { expect, test } from 'vitest'
import { createNumbers } from '../../test/faults.ts'
import { beginRare, takeRare } from './rare-values.ts'

/** From here on a value alone is told. */
const told = 8.2

/** What varies by chance alone, as durations do: logarithms around five. */
function* durations(count: number): Generator<number> {
  const next = createNumbers()
  for (let at = 0; at < count; at++) {
    let sum = 0
    for (let i = 0; i < 12; i++) sum += next()
    yield 5 + 0.6 * (sum - 6)
  }
}

test('of durations that vary by chance fewer than one in two thousand is news, also in the first hundreds of a series', () => {
  const all = [...durations(200_000)]
  let news = 0
  for (let from = 0; from < all.length; from += 2000) {
    const rare = beginRare()
    for (const value of all.slice(from, from + 2000)) if (takeRare(rare, value) >= told) news++
  }
  expect(news).toBeLessThan(100)
})

test.each([
  ['a value of its own', (value: number, at: number) => (at === 1500 ? 20 : value)],
  ['all of them from one on', (value: number, at: number) => (at < 1500 ? value : value + 1.2)],
  ['ever more of it', (value: number, at: number) => value + Math.max(0, at - 1500) / 150],
])('%s is news', (_, change) => {
  const rare = beginRare()
  const heights = [...durations(2000)].map((value, at) => takeRare(rare, change(value, at)))
  expect(Math.max(...heights.slice(0, 1500))).toBeLessThan(told)
  expect(Math.max(...heights.slice(1500))).toBeGreaterThanOrEqual(told)
})

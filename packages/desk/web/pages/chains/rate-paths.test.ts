import { expect, test } from 'vitest'
import { ratePaths } from './rate-paths.ts'

test('chains are bars of their count, errors among them, and durations lines that end where nothing was', () => {
  const rates = {
    chains: [4, 0, 8, 1],
    failed: [1, 0, 8, 0],
    p50Ns: [50, null, 100, 25],
    p95Ns: [100, null, 200, 50],
  }
  expect(ratePaths(rates, 22, 1)).toEqual({
    chains: 'M0.1 22v-11h.8v11zM2.1 22v-22h.8v22zM3.1 22v-2.75h.8v2.75z',
    failed: 'M0.1 22v-2.75h.8v2.75zM2.1 22v-22h.8v22z',
    p50: 'M0.1 16H0.9M2.1 11H2.9L3.1 18.5H3.9',
    p95: 'M0.1 11H0.9M2.1 1H2.9L3.1 16H3.9',
  })
})

test('one error among very many chains is seen, and a time without chains is empty', () => {
  const rates = { chains: [100_000], failed: [1], p50Ns: [0], p95Ns: [0] }
  expect([
    ratePaths(rates, 22, 1.5).failed,
    ratePaths({ chains: [0], failed: [0], p50Ns: [null], p95Ns: [null] }, 22, 1.5),
  ]).toEqual(['M0.1 22v-1.5h.8v1.5z', { chains: '', failed: '', p50: '', p95: '' }])
})

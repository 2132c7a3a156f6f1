import { expect, test } from 'vitest'
import { barPaths } from './bars.ts'

const bar = (startNs: number, durationNs: number, service = 0, failed = false) => ({
  startNs,
  durationNs,
  depth: 0,
  service,
  failed,
})

test('bars stand where their times say, below each other, one path a colour, failed ones on top', () => {
  const bars = [bar(0, 1000), bar(250, 500, 1, true), bar(500, 100)]
  expect(barPaths({ bars, durationNs: 1000 }, 100, 30)).toEqual([
    { service: 0, failed: false, d: 'M0 6h100v5h-100zM50 18h10v5h-10z' },
    { service: 1, failed: true, d: 'M25 12h50v5h-50z' },
  ])
})

test('a bar is at least a pixel and stays in the picture, whatever its times are', () => {
  const bars = [bar(999, 0), bar(-500, 100), bar(900, 9000), bar(5000, 1)]
  expect(barPaths({ bars, durationNs: 1000 }, 100, 24)[0]!.d).toBe(
    'M99 0h1v5h-1zM0 6h10v5h-10zM90 12h10v5h-10zM99 18h1v5h-1z',
  )
})

test('a chain that lasts no time has bars over all of it, and one without spans has none', () => {
  expect([
    barPaths({ bars: [bar(0, 0)], durationNs: 0 }, 100, 6),
    barPaths({ bars: [], durationNs: 10 }, 100, 6),
  ]).toEqual([[{ service: 0, failed: false, d: 'M0 0h100v5h-100z' }], []])
})

test('sixty bars fit in', () => {
  const bars = Array.from({ length: 60 }, (_, at) => bar(at, 1))
  const rows = barPaths({ bars, durationNs: 60 }, 60, 30)[0]!.d.match(/M\S+ \S+?(?=h)/g)!
  expect([rows.length, rows[0], rows.at(-1)]).toEqual([60, 'M0 0', 'M59 29.5'])
})

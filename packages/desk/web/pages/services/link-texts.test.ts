import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeTexts, textHeight } from './link-texts.ts'

const link = (from: string, to: string) => ({
  from,
  to,
  kind: 'call' as const,
  count: 1,
  failed: 0,
  p95Ms: 1,
})

test('the text of a link stands in the middle of its way, or beside the text that is there already', () => {
  const route = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ]
  const crossing = [
    { x: 0, y: -40 },
    { x: 100, y: 40 },
  ]
  const [first, second] = placeTexts([
    { link: link('a', 'b'), route, textPx: 20 },
    { link: link('c', 'd'), route: crossing, textPx: 20 },
  ])
  expect(first).toEqual({ x: 50, y: 0 })
  expect(Math.abs(second!.y)).toBeGreaterThanOrEqual(textHeight)
})

test('wherever links go, each text is on its link', () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 900 }) })
  fc.assert(
    fc.property(fc.array(fc.tuple(point, point), { maxLength: 30 }), (pairs) => {
      const links = pairs.map((route, at) => ({ link: link(`${at % 3}`, `${at}`), route, textPx: 30 }))
      placeTexts(links).forEach(({ x, y }, at) => {
        const [from, to] = pairs[at]!
        expect((x - from.x) * (x - to.x)).toBeLessThanOrEqual(1e-6)
        expect((y - from.y) * (y - to.y)).toBeLessThanOrEqual(1e-6)
      })
    }),
  )
})

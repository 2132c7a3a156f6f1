import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildChain, foldedTime } from '../../../chain/index.ts'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { textWidth } from '../../text-width.ts'
import { laneOf } from './lane-geometry.ts'
import { labelGapPx, placeLabel } from './lane-label.ts'

const whole = sampleChain().span('work', { ms: [0, 1000] })
const lane = laneOf(foldedTime(buildChain(whole.data()), false), 600)
const bar = (x: number, width: number) => ({ x, width, cutLeft: false, cutRight: false })

test('the text of a bar stands in it, else behind it, else before it, else where it has most room', () => {
  const places = [bar(0, 0.85), bar(0, 0.05), bar(0.95, 0.05), bar(0.1, 0.8)].map(
    (one) => placeLabel(one, lane, 60)?.side,
  )
  const clipped = placeLabel(bar(0.05, 0.9), lane, 900)
  expect([places, clipped, placeLabel(bar(0, 1), laneOf(lane.axis, 20), 60)]).toEqual([
    ['inside', 'right', 'left', 'inside'],
    { side: 'inside', roomPx: 540 - 2 * labelGapPx },
    undefined,
  ])
})

test('a bar that fades out has its text in the part that does not', () => {
  expect(placeLabel(bar(0, 0.12), lane, 55)?.side).toBe('inside')
  expect(placeLabel(bar(0, 0.12), lane, 55, 0.6)?.side).toBe('right')
})

test('wherever a bar is, its text neither leaves the lane nor lies over the edge of the bar', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(share, share, fc.integer({ min: 8, max: 400 }), (a, b, textPx) => {
      const one = bar(Math.min(a, b), Math.abs(a - b))
      const place = placeLabel(one, lane, textPx)
      if (!place) return
      const shown = Math.min(textPx, place.roomPx)
      const [start, end] = [one.x * 600, (one.x + one.width) * 600]
      const from = {
        inside: start + labelGapPx,
        right: end + labelGapPx,
        left: start - labelGapPx - shown,
      }[place.side]
      const [low, high] = { inside: [start, end], right: [end, 600], left: [0, start] }[place.side] as [
        number,
        number,
      ]
      expect(from).toBeGreaterThanOrEqual(low)
      expect(from + shown).toBeLessThanOrEqual(high + 1e-6)
    }),
  )
})

test('a Chinese character is counted wider than a letter', () => {
  expect(textWidth('运行中')).toBeGreaterThan(textWidth('run') * 1.4)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildChain, foldedTime } from '../../../chain/index.ts'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { barOf, clusterTicks, instantAt, laneOf, placeOf, rulerMarks } from './lane-geometry.ts'

const ms = 1e6
const chain = buildChain(
  sampleChain()
    .span('work', { ms: [0, 1000] })
    .data(),
)
const straight = foldedTime(chain, false)

test('a bar lies where its times are, cut to the part that is in view', () => {
  const lane = laneOf(straight, 600, { fromNs: 256 * ms, toNs: 512 * ms })
  expect([
    barOf(lane, 320 * ms, 64 * ms),
    barOf(lane, 128 * ms, 256 * ms),
    barOf(lane, 384 * ms, 512 * ms),
    barOf(lane, 0, 128 * ms),
    barOf(lane, 640 * ms, 128 * ms),
  ]).toEqual([
    { x: 0.25, width: 0.25, cutLeft: false, cutRight: false },
    { x: 0, width: 0.5, cutLeft: true, cutRight: false },
    { x: 0.5, width: 0.5, cutLeft: false, cutRight: true },
    'before',
    'after',
  ])
})

test('a place in the lane leads back to its instant, on a folded axis too', () => {
  const waiting = sampleChain()
    .span('POST', { ms: [0, 10] })
    .span('job', { ms: [1010, 1050], parent: 'POST', kind: 'consumer', waitMs: 1000 })
  const axis = foldedTime(buildChain(waiting.data()), true)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1050 }), fc.boolean(), (at, zoomed) => {
      const lane = laneOf(axis, 600, zoomed ? { fromNs: 5 * ms, toNs: 1020 * ms } : undefined)
      const place = placeOf(lane, at * ms)
      const wanted = place < 0 ? 5 : place > 1 ? 1020 : at
      expect(instantAt(lane, place) / ms).toBeCloseTo(wanted, 6)
    }),
  )
})

test('a part without length shows the whole', () => {
  expect(laneOf(straight, 600, { fromNs: 5, toNs: 5 })).toEqual({
    axis: straight,
    width: 600,
    fromX: 0,
    toX: 1,
  })
})

test('lines less than four pixels apart are one mark of the highest severity; those out of view are none', () => {
  const lane = laneOf(straight, 1000, { fromNs: 0, toNs: 512 * ms })
  const ticks = { at: [129 * ms, 128 * ms, 256 * ms, 900 * ms], severity: [17, 9, 5, 9] }
  expect(clusterTicks(lane, ticks, 4)).toEqual([
    { x: 0.25, count: 2, severity: 17 },
    { x: 0.5, count: 1, severity: 5 },
  ])
})

test('the ruler counts from the start of the chain in round steps with as many digits as they need', () => {
  const late = buildChain(
    sampleChain()
      .span('late', { ms: [105, 165] })
      .data(),
  )
  const marks = (width: number, part?: { fromNs: number; toNs: number }) =>
    rulerMarks(laneOf(foldedTime(late, false), width, part), 100).map(({ text }) => text)
  expect([marks(600), marks(600, { fromNs: 110 * ms, toNs: 110.002 * ms }), marks(150), marks(0)]).toEqual([
    ['0', '10 ms', '20 ms', '30 ms', '40 ms', '50 ms'],
    ['5.0000 ms', '5.0005 ms', '5.0010 ms', '5.0015 ms'],
    ['0'],
    [],
  ])
})

test('long times are counted in round minutes, hours and days', () => {
  const long = (seconds: number) =>
    foldedTime(
      buildChain(
        sampleChain()
          .span('long', { ms: [0, seconds * 1000] })
          .data(),
      ),
      false,
    )
  const marks = (seconds: number, part?: { fromNs: number; toNs: number }) =>
    rulerMarks(laneOf(long(seconds), 500, part), 100).map(({ text }) => text)
  const hour = 3_600e9
  expect([
    marks(3_600),
    marks(3 * 86_400),
    marks(3 * 86_400, { fromNs: 25.5 * hour, toNs: 25.5 * hour + 2e9 }),
  ]).toEqual([
    ['0', '15 m', '30 m', '45 m'],
    ['0', '1 d', '2 d'],
    ['1 d 1 h 30 m', '1 d 1 h 30 m 500 ms', '1 d 1 h 30 m 1.0 s', '1 d 1 h 30 m 1.5 s'],
  ])
})

test('folded stretches have no marks of the ruler', () => {
  const waiting = sampleChain()
    .span('POST', { ms: [0, 10] })
    .span('job', { ms: [1010, 1020], parent: 'POST', kind: 'consumer', waitMs: 1000 })
  const lane = laneOf(foldedTime(buildChain(waiting.data()), true), 1000)
  expect(rulerMarks(lane, 100).map(({ at, x }) => [at / ms, Number(x.toFixed(3))])).toEqual([
    [0, 0],
    [5, 0.242],
    [1010, 0.515],
    [1015, 0.758],
  ])
})

test('what has no length has a bar that is seen, and that ends in the lane at its end too', () => {
  const lane = laneOf(straight, 600)
  expect([barOf(lane, 500 * ms, 0), barOf(lane, 1000 * ms, 0)]).toEqual([
    { x: 0.5, width: 3 / 600, cutLeft: false, cutRight: false },
    { x: 1 - 3 / 600, width: expect.closeTo(3 / 600), cutLeft: false, cutRight: false },
  ])
})

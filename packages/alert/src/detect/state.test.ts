import { expect, test } from 'vitest'
import { faults, quietMinutes, runOver, settings } from '../../test/faults.ts'
import { createDetector } from './detector.ts'

test.each(faults)(
  '$name: a detector that is saved and loaded within a minute warns as one that went on, byte for byte',
  ({ fault }) => {
    const minutes = quietMinutes + 30
    const whole = runOver(fault, minutes)
    const parts = runOver(fault, minutes, (detector, minute) =>
      minute % 97 === 0 || minute === quietMinutes + 4 ? createDetector(settings, detector.save()) : detector,
    )
    expect(JSON.stringify(parts)).toBe(JSON.stringify(whole))
  },
)

test.each(['', '{', '{"version":0}', 'null'])(
  'a state that is none, %j, is as if there were nothing',
  (saved) => {
    const detector = createDetector({}, saved)
    expect(detector.stats()).toMatchObject({ series: 0 })
  },
)

/** A state as version 5 had it: a list of each sum, and lines without what is known of their traces. */
function asFive(state: string): string {
  const formerNames: { [name: string]: { [name: string]: string[] } } = {
    ring: { open: ['open', 'openSquares'] },
    kept: {
      open: ['openSums', 'openSquares', 'openWeights', 'openCounts'],
      kept: ['sums', 'squares', 'weights', 'counts'],
    },
  }
  return JSON.stringify(
    JSON.parse(state, function (this: { [key: string]: unknown }, key, value) {
      if (key === 'version' && value === 6) return 5
      if (['minuteRise', 'lagRise', 'windowFall'].includes(key)) return undefined
      if (key === 'lines' && 'list' in value) return value.list
      const kind = value !== null && ['ring', 'kept'].find((name) => Array.isArray(value[name]))
      if (!kind) return value
      const former = { ...value }
      for (const [name, parts] of Object.entries(formerNames[kind]!)) {
        delete former[name]
        for (const [at, part] of parts.entries())
          former[part] = value[name].filter((_: number, i: number) => i % parts.length === at)
      }
      return former
    }),
  )
}

const asFour = (state: string): string =>
  asFive(state)
    .replace('"version":5', '"version":4')
    .replaceAll(/"(slowMinutes|shareWander)":[^,]+,/g, '')

const mixed = faults.find(({ name }) => name === 'lines of one kind in place of another')!

test('a state of version 4, which knew less of how the mix varies, is gone on from', () => {
  const { fault } = mixed
  const whole = runOver(fault, quietMinutes + 30)
  const parts = runOver(fault, quietMinutes + 30, (detector, minute) =>
    minute === quietMinutes - 60 ? createDetector(settings, asFour(detector.save())) : detector,
  )
  expect(parts.map(({ unixMs }) => unixMs)).toEqual(whole.map(({ unixMs }) => unixMs))
  expect(parts).toHaveLength(1)
})

test.each(faults)(
  '$name: a state of version 5 is gone on from within a minute, byte for byte',
  ({ fault }) => {
    const whole = runOver(fault, quietMinutes + 30)
    const parts = runOver(fault, quietMinutes + 30, (detector, minute) => {
      if (minute % 97 > 0 && minute !== quietMinutes + 4) return detector
      const five = asFive(detector.save())
      expect(five).toMatch(/"version":5,.*"openSquares":\[/)
      expect(five).not.toMatch(/"(kept|list|lagRise)"/)
      return createDetector(settings, five)
    })
    expect(JSON.stringify(parts)).toBe(JSON.stringify(whole))
  },
)

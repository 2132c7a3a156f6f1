import type { Template } from '@clew/templates'
import { expect, test } from 'vitest'
import { createPatternTally, type PatternTally } from './pattern-tally.ts'

const [info, error] = [2, 4]
const minuteMs = 60_000

function start() {
  let nowMs = 0
  const tally = createPatternTally(() => nowMs)
  const add = (id: number, lines = 1, band = info): void =>
    tally.add(id, band, lines, (asked): Template => ({ id: asked, text: `line ${asked}`, count: 1 }))
  const fill = (lines = 1): void => {
    for (let id = 0; id < 200; id++) add(id, lines)
  }
  return { tally, add, fill, pass: (minutes: number) => (nowMs += minutes * minuteMs) }
}

/** Lines of one template as they are shown, of all levels; undefined: it has no place. */
function linesOf(tally: PatternTally, id: number): number | undefined {
  const found = tally.read().shown.filter((one) => one.id === id)
  expect(found.length).toBeLessThan(2)
  return found[0]?.lines.reduce((sum, lines) => sum + lines, 0)
}

function totalOf(tally: PatternTally): number {
  const { shown, other } = tally.read()
  return [...shown.map(({ lines }) => lines), other].flat().reduce((sum, lines) => sum + lines, 0)
}

test('lines count by template and level, with what they stand for', () => {
  const { tally, add } = start()
  add(7)
  add(7, 100)
  add(7, 2, error)
  add(8, 1, error)
  expect(tally.read()).toEqual({
    shown: [
      { id: 7, text: 'line 7', lines: [0, 0, 101, 0, 2, 0] },
      { id: 8, text: 'line 8', lines: [0, 0, 0, 0, 1, 0] },
    ],
    ...{ other: [0, 0, 0, 0, 0, 0], began: [0, 0, 0, 0, 0, 0], active: 2 },
  })
})

test('ids that end alike are different templates, also of 48 bits', () => {
  const { tally, add } = start()
  const ids = [5, 5 + 2 ** 13, 5 + 2 ** 33, 5 + 2 ** 47]
  for (let round = 0; round < 3; round++) for (const [at, id] of ids.entries()) add(id, at + 1)
  tally.rename(5, 6)
  add(5, 1)
  expect([...ids, 6].map((id) => linesOf(tally, id))).toEqual([undefined, 6, 9, 12, 4])
})

test('the first 200 templates have places, which they keep; all others are one, and each line is counted once', () => {
  const { tally, add, fill, pass } = start()
  fill(10)
  for (let minute = 0; minute < 30; minute++) {
    fill(10)
    for (let id = 200; id < 300; id++) add(id, 15)
    expect([tally.read().shown.length, linesOf(tally, 200)]).toEqual([200, undefined])
    pass(1)
  }
  expect([linesOf(tally, 0), tally.read().other[info], tally.read().active]).toEqual([310, 45_000, 300])
  expect(totalOf(tally)).toBe(31 * 2_000 + 30 * 1_500)
})

test('one with more than twice the lines of ten minutes takes a place, and no counter falls or is counted twice', () => {
  const { tally, add, fill, pass } = start()
  fill()
  add(0, 100)
  add(500, 50)
  add(501, 3)
  add(502, 2)
  pass(10)
  const { shown, other } = tally.read()
  // What came before is among the others, and stays there.
  expect([shown.length, other[info], linesOf(tally, 500), linesOf(tally, 501), linesOf(tally, 502)]).toEqual([
    ...[200, 55, 0, 0, undefined],
  ])
  expect(linesOf(tally, 0)).toBe(101)
  add(500, 7)
  const gone = Array.from({ length: 200 }, (_, id) => id).filter((id) => linesOf(tally, id) === undefined)
  expect(gone.length).toBe(2)
  add(gone[0]!, 4)
  expect([linesOf(tally, 500), tally.read().other[info]]).toEqual([7, 59])
  // Who comes back goes on from what it counted before.
  add(gone[0]!, 1000)
  pass(10)
  expect([linesOf(tally, gone[0]!), tally.read().other[info]]).toEqual([1, 1059])
})

test('of very many that are busier twenty change places at once', () => {
  const { tally, add, fill, pass } = start()
  fill()
  for (let id = 1000; id < 1100; id++) add(id, 9)
  pass(10)
  expect(tally.read().shown.filter(({ id }) => id >= 1000).length).toBe(20)
})

test('a template that has another id goes on with its count, and one that is part of another ends', () => {
  const { tally, add } = start()
  add(1, 5)
  add(2, 3)
  tally.rename(1, 11)
  tally.describe(11, 'line <*>')
  tally.describe(1, 'what another partition calls it')
  add(1)
  add(11)
  expect(tally.read().shown).toEqual([
    { id: 11, text: 'line <*>', lines: [0, 0, 7, 0, 0, 0] },
    { id: 2, text: 'line 2', lines: [0, 0, 3, 0, 0, 0] },
  ])
  tally.rename(11, 2)
  for (const id of [1, 11, 2]) add(id)
  expect(tally.read()).toMatchObject({ shown: [{ id: 2, lines: [0, 0, 6, 0, 0, 0] }], active: 1 })
  // Two partitions may see it the other way round.
  tally.rename(2, 11)
  add(1)
  expect(tally.read().shown).toEqual([{ id: 11, text: 'line 2', lines: [0, 0, 7, 0, 0, 0] }])
})

test('a place that became free by that goes to who comes next', () => {
  const { tally, add, fill } = start()
  fill()
  add(500)
  expect(linesOf(tally, 500)).toBeUndefined()
  tally.rename(3, 4)
  add(501)
  expect([linesOf(tally, 501), tally.read().shown.length]).toEqual([1, 200])
})

test('a template that takes one in has its place', () => {
  const { tally, add, fill } = start()
  fill()
  add(500, 6)
  tally.rename(3, 500)
  add(3)
  expect([linesOf(tally, 500), linesOf(tally, 3), tally.read().other[info]]).toEqual([1, undefined, 6])
})

test('those are active of which lines came in the last twenty minutes', () => {
  const { tally, add, pass } = start()
  add(1)
  pass(10)
  expect(tally.read().active).toBe(1)
  add(2)
  pass(10)
  expect(tally.read().active).toBe(1)
  pass(60)
  expect(tally.read().active).toBe(0)
})

test('a hundred thousand templates are held by few, and what is shown stays', () => {
  const { tally, add, fill } = start()
  fill(3)
  for (let id = 1_000; id < 101_000; id++) add(id)
  fill(3)
  expect([linesOf(tally, 7), tally.read().shown.length, tally.read().active <= 20_000]).toEqual([
    6,
    200,
    true,
  ])
  expect(totalOf(tally)).toBe(101_200)
})

test('a clock that is set back changes nothing', () => {
  let nowMs = 1_000 * minuteMs
  const tally = createPatternTally(() => nowMs)
  tally.add(1, info, 1, () => undefined)
  nowMs = 0
  tally.add(1, info, 1, () => undefined)
  expect(tally.read()).toMatchObject({ shown: [{ id: 1, text: '', lines: [0, 0, 2, 0, 0, 0] }], active: 1 })
})

import { expect, test } from 'vitest'
import { createReportLimit } from './report-limit.ts'

test('a problem is told once a minute, with how often it came in between, and at once after it was over', () => {
  let nowMs = 0
  const limit = createReportLimit(() => nowMs)
  const at = (ms: number, problem: string) => {
    nowMs = ms
    return limit.withheld(problem)
  }
  expect([at(0, 'a'), at(1, 'a'), at(1, 'b'), at(59_999, 'a'), at(60_000, 'a'), at(60_001, 'a')]).toEqual([
    0,
    undefined,
    0,
    undefined,
    2,
    undefined,
  ])
  limit.forget('a')
  expect(at(60_002, 'a')).toBe(0)
})

test('any number of different problems takes bounded memory', () => {
  const limit = createReportLimit(() => 0)
  for (let number = 0; number < 2_500; number++) limit.withheld(`${number}`)
  expect([limit.withheld('0'), limit.withheld('2499')]).toEqual([0, undefined])
})

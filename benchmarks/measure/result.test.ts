import { describe, expect, test } from 'vitest'
import { formatResults } from './format-results.ts'
import { failedResult, type Result, toResult } from './result.ts'

/** Without what depends on where and when. */
function essence({ node: _, date: __, ...rest }: Result): object {
  return rest
}

describe('toResult', () => {
  test('takes bare away from all, and divides ours by the smallest addition of a rival', () => {
    const figures = { bare: 10, clew: 12, slow: 30, fast: 20 }
    const goals = [{ figure: 'ratio', atMost: 0.2 } as const]
    expect(essence(toResult({ name: 'row', unit: 'µs', figures, goals }))).toEqual({
      name: 'row',
      unit: 'µs',
      ours: 2,
      rivals: { slow: 20, fast: 10 },
      ratio: 0.2,
      goal: 'ratio ≤ 0.2',
      reached: true,
      bare: 10,
      problems: [],
      notes: [],
    })
  })

  test('of shares the best rival is the one that leaves most', () => {
    const figures = { bare: 100, clew: 60, slow: 30, fast: 40 }
    const goals = [{ figure: 'ours', atLeast: 0.65 } as const]
    const result = toResult({ name: 'row', unit: 'of bare', figures, goals, against: 'share' })
    expect(essence(result)).toEqual({
      name: 'row',
      unit: 'of bare',
      ours: 0.6,
      rivals: { slow: 0.3, fast: 0.4 },
      ratio: 1.5,
      goal: 'ours ≥ 0.65',
      reached: false,
      bare: 100,
      problems: [],
      notes: [],
    })
  })

  test('a goal may name the rival that it is of, and its ratio is noted', () => {
    const figures = { bare: 10, clew: 12, slow: 30, fast: 13 }
    const goals = [{ figure: 'ratio', to: 'slow', atMost: 0.1 } as const]
    const { ratio, goal, reached, notes } = toResult({
      name: 'row',
      unit: 'µs',
      figures,
      goals,
      notes: ['more'],
    })
    expect({ ratio, goal, reached, notes }).toEqual({
      ratio: 0.6667,
      goal: 'ratio to slow ≤ 0.1',
      reached: true,
      notes: ['ratio to slow: 0.1', 'more'],
    })
  })

  test('a goal of a rival that was not measured is missed', () => {
    const goals = [{ figure: 'ratio', to: 'gone', atMost: 9 } as const]
    const { reached, notes } = toResult({ name: 'row', unit: 'µs', figures: { bare: 1, clew: 2 }, goals })
    expect({ reached, notes }).toEqual({ reached: false, notes: ['ratio to gone: –'] })
  })

  test('a rival at 0 gives no ratio, and without a goal there is nothing to reach', () => {
    const result = toResult({
      name: 'row',
      unit: '%',
      figures: { clew: 0, rival: 0 },
      goals: [],
      against: 'plain',
    })
    expect([result.ratio, result.reached]).toEqual([null, null])
  })

  test('where more is better, the best rival is the one with most', () => {
    const goals = [{ figure: 'ours', atLeast: 100 } as const]
    const figures = { clew: 100, bad: 0, good: 80 }
    expect(toResult({ name: 'row', unit: 'of 100', figures, goals, against: 'plain' }).ratio).toBe(1.25)
  })

  test('with a problem no goal is reached, whatever the figures', () => {
    const goals = [{ figure: 'ours', atMost: 5 } as const]
    const measured = {
      name: 'row',
      unit: '',
      figures: { clew: 1, rival: 2 },
      goals,
      against: 'plain',
    } as const
    const reached = [toResult(measured), toResult({ ...measured, problems: ['nothing arrived'] })].map(
      (result) => result.reached,
    )
    expect(reached).toEqual([true, false])
  })
})

test('results.md marks what failed, and says why under the table', () => {
  const [missed, failed] = formatResults([
    toResult({
      name: 'slow',
      unit: 'ms',
      figures: { bare: 1, clew: 9, rival: 5 },
      goals: [{ figure: 'ours', atMost: 4 }],
    }),
    failedResult('broken', 'the server ended with 1'),
  ])
    .split('\n')
    .filter((line) => /^\| (slow|broken)/.test(line))
  expect([missed, failed].map((line) => line?.split(' | ').slice(0, 8))).toEqual([
    ['| slow', 'ms', '1', '8', 'rival 4', '2', 'ours ≤ 4', 'missed'],
    ['| broken', '', '–', '–', '', '–', '', 'FAILED'],
  ])
  expect(formatResults([failedResult('broken', 'the server ended with 1')])).toContain(
    '- **broken**: the server ended with 1',
  )
})

import { expect, test } from 'vitest'
import { beginCauses, takeFindings } from './causes.ts'
import type { Finding } from './judge-service.ts'
import type { Change } from './warning.ts'

/** That there are more of a kind of error. */
function found(
  id: string,
  sigmas: number,
  more: Partial<Finding> = {},
  change: Partial<Change> = {},
): Finding {
  return {
    change: {
      ...{ kind: 'more', of: 'template', service: 'shop', id, name: id, field: '', sigmas },
      ...{ now: 10, usual: 1, sinceUnixMs: 0, ...change },
    },
    ...{ key: `${more.group ?? 'template'} ${id}`, group: 'template', id, queue: '', severityNumber: 17 },
    ...{ lines: [], ...more },
  }
}

const level = (sigmas: number): Finding => found('error', sigmas, { group: 'level' }, { of: 'level' })
const several = (count: number, sigmas: number): Finding[] =>
  Array.from({ length: count }, (_, at) => found(`t${at}`, sigmas))

/** What is given when these are found in these minutes: how sure, and since when it was so sure. */
function given(
  minutes: readonly [minute: number, findings: Finding[]][],
  heardFromMinute = 0,
): [minute: number, sure: number, firstMinute: number][] {
  const causes = beginCauses()
  return minutes.flatMap(([minute, findings]) =>
    takeFindings(causes, minute, [['shop', findings]], { sigmas: 5.3, sure: 0.7, heardFromMinute }).map(
      ({ sure, firstUnixMs }): [number, number, number] => [minute, sure, firstUnixMs / 60_000 - 1],
    ),
  )
}

const everyTen = (count: number, of: (at: number) => Finding[]): [number, Finding[]][] =>
  Array.from({ length: count }, (_, at) => [10 + 10 * at, of(at)])

test.each<{ name: string; minutes: [number, Finding[]][]; told: [number, number, number][] }>([
  {
    name: 'what was told surely stays so, and what is faint is no news of it',
    minutes: [
      [0, several(3, 5.5)],
      [10, [found('d', 6.6)]],
      [11, several(3, 5.5)],
    ],
    told: [[0, 0.84, 0]],
  },
  {
    name: 'sure news is given, and since when it was sure stays',
    minutes: [
      [0, [found('a', 7.5)]],
      [15, [found('b', 11)]],
    ],
    told: [
      [0, 0.73, 0],
      [15, 0.89, 0],
    ],
  },
  {
    name: 'the level of what was told is no news',
    minutes: [
      [0, [found('a', 7)]],
      [12, [found('a', 7.2), level(8.4)]],
    ],
    told: [[0, 0.7, 0]],
  },
  {
    name: 'news lies further off than all that was told, also before it was told again',
    minutes: [
      [0, [found('a', 6.9)]],
      [5, several(2, 5.5)],
      [15, [found('d', 6.6)]],
    ],
    told: [
      [0, 0.69, 0],
      [5, 0.75, 5],
    ],
  },
  {
    name: 'what has no room among the parts is told with them, and not every ten minutes',
    minutes: [[0, several(50, 5.5)], ...everyTen(4, (at) => [...several(50, 5.5), found('x', 7 + 1.1 * at)])],
    told: [[0, 0.84, 0]],
  },
  {
    name: 'what swings about the bar is told once more and no further time',
    minutes: Array.from({ length: 60 }, (_, at): [number, Finding[]] => [
      at,
      [found('a', at % 2 === 0 ? 6.9 : 7.2)],
    ]),
    told: [
      [0, 0.69, 0],
      [1, 0.71, 1],
    ],
  },
])('$name', ({ minutes, told }) => {
  expect(given(minutes)).toEqual(told)
})

test('what nobody heard of, as it was still learnt, is given again when somebody hears and it still goes on', () => {
  const minutes = Array.from({ length: 30 }, (_, at): [number, Finding[]] => [at, [found('a', 8)]])
  expect(given(minutes, 20)).toEqual([
    [0, 0.76, 0],
    [20, 0.76, 20],
  ])
  expect(given(minutes.slice(0, 20), 20)).toHaveLength(1)
  const faintFirst: [number, Finding[]][] = [...minutes.slice(0, 5), [25, [found('b', 9.5)]]]
  expect(given(faintFirst, 20)).toEqual([
    [0, 0.76, 0],
    [25, 0.84, 25],
  ])
})

import { expect, test } from 'vitest'
import type { ChainSummary } from '../../../api/index.ts'
import {
  addPage,
  arrive,
  type ChainList,
  errorBesideName,
  maxWaiting,
  resume,
  startList,
} from './chain-list.ts'

const chain = (start: number, durationNs = 1): ChainSummary => ({
  traceId: String(start).padStart(32, '0'),
  traces: [String(start).padStart(32, '0')],
  moreTraces: 0,
  placeUnixNano: `176411520000000${String(start).padStart(4, '0')}`,
  startUnixNano: `176411520000000${String(start).padStart(4, '0')}`,
  durationNs,
  name: 'GET /',
  root: 0,
  services: ['a'],
  spans: 1,
  logs: 0,
  errors: 0,
  severity: 0,
  error: '',
  bars: [],
})

/** Starts of the chains that are shown and of those that wait. */
const starts = ({ chains, waiting, next }: ChainList) => ({
  shown: chains.map(({ startUnixNano, durationNs }) => [Number(startUnixNano.slice(-4)), durationNs]),
  waiting: waiting.map(({ startUnixNano }) => Number(startUnixNano.slice(-4))),
  next,
})

const list = startList({ chains: [chain(30), chain(20)], next: 'p2' })

test('a chain that comes goes to its place, one that is shown changes, one behind the last row waits for its page', () => {
  expect(starts(arrive(list, [chain(25), chain(20, 9), chain(40), chain(10)], 'recent', false))).toEqual({
    shown: [
      [40, 1],
      [30, 1],
      [25, 1],
      [20, 9],
    ],
    waiting: [],
    next: 'p2',
  })
})

test('after the last page the oldest chain is shown as well', () => {
  expect(starts(arrive({ ...list, next: null }, [chain(10)], 'recent', false)).shown).toEqual([
    [30, 1],
    [20, 1],
    [10, 1],
  ])
})

test('while the reader is further down nothing moves: new chains wait, each once, and are shown afterwards', () => {
  const held = arrive(
    arrive(list, [chain(40), chain(30, 7)], 'recent', true),
    [chain(40, 3), chain(50)],
    'recent',
    true,
  )
  expect([starts(held), starts(arrive(held, [], 'recent', false))]).toEqual([
    {
      shown: [
        [30, 7],
        [20, 1],
      ],
      waiting: [50, 40],
      next: 'p2',
    },
    {
      shown: [
        [50, 1],
        [40, 3],
        [30, 7],
        [20, 1],
      ],
      waiting: [],
      next: 'p2',
    },
  ])
})

test('no more wait than a reader can catch up with', () => {
  const many = Array.from({ length: maxWaiting + 50 }, (_, index) => chain(100 + index))
  expect(arrive(list, many, 'recent', true).waiting.length).toBe(maxWaiting)
})

test('in the order of duration a chain that grows moves up', () => {
  const slow = startList({ chains: [chain(1, 50), chain(2, 40)], next: null })
  expect(starts(arrive(slow, [chain(2, 90), chain(3, 60)], 'slow', false)).shown).toEqual([
    [2, 90],
    [3, 60],
    [1, 50],
  ])
})

test('a page is added behind, without what is there already', () => {
  expect(starts(addPage(list, { chains: [chain(20), chain(10)], next: null }))).toEqual({
    shown: [
      [30, 1],
      [20, 1],
      [10, 1],
    ],
    waiting: [],
    next: null,
  })
})

test('an earlier list goes on when the first page reaches it, and is dropped when too much came since', () => {
  expect([
    starts(resume(list, { chains: [chain(40), chain(30)], next: 'n' }, 'recent')),
    starts(resume(list, { chains: [chain(60), chain(50)], next: 'n' }, 'recent')),
  ]).toEqual([
    {
      shown: [
        [40, 1],
        [30, 1],
        [20, 1],
      ],
      waiting: [],
      next: 'p2',
    },
    {
      shown: [
        [60, 1],
        [50, 1],
      ],
      waiting: [],
      next: 'n',
    },
  ])
})

test('a row that a link joins to others takes their place, whichever of its traces it came by', () => {
  const [older, newer] = [chain(20), chain(30)]
  const joined = { ...chain(40, 9), traces: [...chain(40).traces, ...newer.traces, ...older.traces] }
  expect([
    starts(arrive(list, [joined], 'recent', false)).shown,
    starts(arrive(list, [joined], 'recent', true)),
    starts(
      arrive(
        arrive(list, [joined], 'recent', false),
        [{ ...joined, durationNs: 12 }, chain(41)],
        'recent',
        false,
      ),
    ).shown,
  ]).toEqual([
    [[40, 9]],
    { shown: [[40, 9]], waiting: [], next: 'p2' },
    [
      [41, 1],
      [40, 12],
    ],
  ])
})

test('an error that says no more than the name is not said twice', () => {
  expect(errorBesideName({ name: 'HTTP GET /dispatch', error: 'HTTP GET /dispatch' })).toBe('')
  expect(errorBesideName({ name: 'HTTP GET /dispatch', error: 'no route' })).toBe('no route')
})

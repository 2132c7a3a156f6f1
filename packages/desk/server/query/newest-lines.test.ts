import { matcherOf, parseSearch, type Search } from '@clew/search'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allLines, generateSegments, type StoredLine } from '../../test/generated-lines.ts'
import { cleanUp } from '../../test/store-rig.ts'
import { storeError } from '../schema/store-error.ts'
import { planLines, type Way } from './line-plan.ts'
import { newestLines, type Place } from './newest-lines.ts'
import type { OpenSegments } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'

const ever: TimeRange = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }
const ways: readonly (Way | undefined)[] = [undefined, 'time', 'problems', 'words', 'slices']

let segments: OpenSegments
let lines: StoredLine[]

beforeAll(async () => {
  segments = await generateSegments(7000, 3)
  lines = allLines(segments)
})
afterAll(() => {
  segments.use([])
  return cleanUp()
})

const placeOf = ({ us, segment, id }: Place): Place => ({ us, segment, id })

function find(
  search: Search,
  range: TimeRange,
  before: Place | undefined,
  limit: number,
  way?: Way,
): Place[] {
  const asked = { search, range, before, limit, way, columns: 'log.id', joins: '' }
  return newestLines(segments, asked).lines.map(placeOf)
}

/** The same without SQL. */
function scan(
  search: Search,
  { fromUs, toUs }: TimeRange,
  before: Place | undefined,
  limit: number,
): Place[] {
  const matches = matcherOf(search)
  const behind = before === undefined ? 0 : lines.findIndex((line) => isSame(line, before)) + 1
  const found = lines.slice(behind).filter(({ us, record }) => us >= fromUs && us <= toUs && matches(record))
  return found.slice(0, limit).map(placeOf)
}

const isSame = (a: Place, b: Place): boolean => a.us === b.us && a.segment === b.segment && a.id === b.id
const searchOf = (text: string): Search => parseSearch(text).tree!

const terms = [
  ...['slow', 'query', 'order', 'deadlock', 'seldom', 'cafe', 'note*', '"query failed"', '支付', 'absent'],
  ...['level>=error', 'level>=warn', 'level:warn', 'level<warn', 'level:info', 'has:error', 'has:trace'],
  ...[
    'service:api',
    'service:rare',
    'service:r*',
    'service:nobody',
    'user:u-7',
    'user:u-1*',
    'count>3',
    'count:2',
    'cart.item.id:7',
    'cart.item.id>25',
    'cart.item.code:c-3',
    'cart.item.code:c*',
    'cart.text:*',
  ],
]

test('whatever leads, generated searches find the same lines in the same order as a plain scan', () => {
  const { text } = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.constantFrom(...terms),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a}) (${b})`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} OR ${b})`),
      tie('text').map((part) => `-(${part})`),
    ),
  }))
  const place = fc.option(fc.nat(), { nil: undefined })
  const limit = fc.constantFrom(1, 3, 40, 2000)
  fc.assert(
    fc.property(text, place, limit, fc.nat(), fc.nat(), (source, at, most, from, to) => {
      const search = searchOf(source)
      const before = at === undefined ? undefined : placeOf(lines[at % lines.length]!)
      const ends = [lines[from % lines.length]!.us, lines[to % lines.length]!.us]
      const range = from % 3 === 0 ? ever : { fromUs: Math.min(...ends), toUs: Math.max(...ends) }
      const expected = scan(search, range, before, most)
      for (const way of ways) expect([way, find(search, range, before, most, way)]).toEqual([way, expected])
    }),
    { numRuns: 80 },
  )
}, 60_000)

describe('what leads', () => {
  const newest = () => segments.newestFirst()[0]!

  test.each<[string, Way]>([
    ['', 'time'],
    ['order', 'words'],
    ['slow query', 'words'],
    ['seldom', 'words'],
    ['absent', 'words'],
    ['level>=error', 'problems'],
    ['slow query level>=error', 'problems'],
    ['absent level>=error', 'words'],
    ['slow query level>=error service:rare', 'problems'],
    ['level>=warn OR has:error', 'problems'],
    ['level>=info', 'time'],
    ['-level>=error', 'time'],
    ['order OR level>=error', 'time'],
    ['service:nobody', 'time'],
  ])('to %s is %s', (text, way) => {
    expect(planLines(newest(), searchOf(text), ever).way).toBe(way)
  })
})

describe('a search that is ended', () => {
  const endAfter = (checks: number): (() => void) => {
    const { stop } = segments
    const { check } = stop
    let left = checks
    stop.check = (us) => {
      stop.lastUs = us
      if (left-- === 0) throw storeError('timeout', 'over')
    }
    return () => {
      stop.check = check
    }
  }

  test.each(ways)('has the newest lines, all of them down to a time, and goes on from there (%s)', (way) => {
    const search = searchOf('slow level>=error')
    const all = scan(search, ever, undefined, 5000)
    const asked = { search, range: ever, limit: 5000, way, columns: 'log.id', joins: '' }
    for (const checks of [0, 1, 5, 20]) {
      const restore = endAfter(checks)
      const { lines: found, searchedToUs } = newestLines(segments, asked)
      restore()
      expect(searchedToUs).toBeGreaterThan(0)
      const before = { us: searchedToUs!, segment: 0, id: 0 }
      const rest = newestLines(segments, { ...asked, before }).lines
      expect([...found, ...rest].map(placeOf)).toEqual(all)
    }
  })

  test('by whoever asked ends with that error, and the next one is answered', () => {
    const { check } = segments.stop
    segments.stop.check = () => {
      throw storeError('cancelled', 'gone')
    }
    expect(() => find(searchOf('order'), ever, undefined, 200)).toThrow('gone')
    segments.stop.check = check
    expect(find(searchOf('order'), ever, undefined, 5)).toHaveLength(5)
  })
})

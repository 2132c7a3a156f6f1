import { expect, test } from 'vitest'
import type { Pattern } from '../../../api/index.ts'
import { listPatterns, orderOf, orders, templatePieces, trendPath } from './pattern-list.ts'

const known: Pattern = {
  id: 1,
  text: 'order <*> paid',
  severity: 9,
  errors: 0,
  services: ['api'],
  count: 100,
  firstUnixMs: 1_000,
  lastUnixMs: 9_000,
  isNew: false,
  trend: [],
}
const fresh: Pattern = {
  ...known,
  id: 2,
  severity: 17,
  errors: 0,
  count: 3,
  firstUnixMs: 8_000,
  lastUnixMs: 8_500,
  isNew: true,
}
const busy: Pattern = { ...known, id: 3, severity: 17, count: 500, firstUnixMs: 2_000, lastUnixMs: 8_900 }

test('patterns in each order', () => {
  const ids = orders.map((order) => listPatterns([known, fresh, busy], order, false).map(({ id }) => id))
  expect(Object.fromEntries(orders.map((order, at) => [order, ids[at]]))).toEqual({
    count: [3, 1, 2],
    new: [2, 3, 1],
    severity: [3, 2, 1],
    last: [1, 3, 2],
  })
})

test('only what is new', () => {
  expect(listPatterns([known, fresh, busy], 'count', true)).toEqual([fresh])
})

test('an order that nobody knows is by count', () => {
  expect([orderOf('severity'), orderOf('constructor'), orderOf('')]).toEqual(['severity', 'count', 'count'])
})

test('a template is text and what varies', () => {
  expect(templatePieces('<*> took <*>ms')).toEqual([undefined, ' took ', undefined, 'ms'])
})

test('a single line beside a thousand can be seen', () => {
  expect([trendPath([1000, 0, 1], 20, 2), trendPath([], 20, 2)]).toEqual([
    'M0.1 20v-20h.8v20zM2.1 20v-2h.8v2z',
    '',
  ])
})

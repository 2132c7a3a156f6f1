import { expect, test } from 'vitest'
import { attributePaths } from './attribute-path.ts'
import { parseSearch } from './parse-search.ts'
import { fieldValue, matcherOf, type SearchedRecord } from './record-matcher.ts'

const record = (attributes: SearchedRecord['attributes']): SearchedRecord => ({
  ...{ severityNumber: 9, service: '', eventName: '', traceId: '', spanId: '', body: '' },
  ...{ attributes, resource: { host: { name: 'vm' } }, folded: undefined },
})
const finds = (text: string, attributes: SearchedRecord['attributes']) =>
  matcherOf(parseSearch(text).tree!)(record(attributes))

test.each<[string, SearchedRecord['attributes'], boolean]>([
  ['user.id:7', { 'user.id': 7 }, true],
  ['user.id:7', { user: { id: 7, name: 'Anna' } }, true],
  ['-user.id:7', { user: { id: 7 } }, false],
  ['user.id>6', { user: { id: 7 } }, true],
  ['user.id:*', { user: { id: null } }, true],
  ['user.id:*', { user: 'id' }, false],
  ['a.b.c:x', { 'a.b': { c: 'x' } }, true],
  ['a.b.c:x', { a: { b: { c: 'x' } } }, true],
  ['a.b.c:x', { a: { 'b.c': 'x' } }, false],
  ['a.0:x', { a: ['x'] }, false],
  ['user.constructor:*', { user: {} }, false],
  ['user..id:7', { user: { '': { id: 7 } } }, false],
  ['host.name:vm', {}, true],
])('%s of %o is found: %s', (text, attributes, found) => {
  expect(finds(text, attributes)).toBe(found)
})

test('of several ways the longest name comes first where one value is asked for, the line before its resource', () => {
  const both = { 'user.id': 1, user: { id: 2 } }
  expect(fieldValue(record(both), 'user.id')).toBe(1)
  expect(fieldValue(record({ a: { b: { c: 1 } }, 'a.b': { c: 2 } }), 'a.b.c')).toBe(2)
  expect(fieldValue(record({}), 'host.name')).toBe('vm')
  expect(fieldValue(record({ 'host.name': null }), 'host.name')).toBe(null)
  expect(fieldValue(record({}), 'host.ip')).toBe(undefined)
})

test('a key of many dots has nine ways at most', () => {
  expect(attributePaths(Array.from({ length: 1000 }, () => 'a').join('.'))).toHaveLength(9)
  expect(attributePaths('a')).toEqual([['a']])
})

import { expect, test } from 'vitest'
import { describeParameters } from './parameters.ts'

const key = (name: string | number): string => `db.query.parameter.${name}`

test('values are text, by their place in a list or by their names', () => {
  const list = [
    'ann',
    7,
    8n,
    true,
    null,
    undefined,
    new Date(0),
    Buffer.from('secret'),
    [1, 'a'],
    { a: Buffer.from('x') },
  ]
  expect(Object.values(describeParameters(list, false))).toEqual([
    'ann',
    '7',
    '8',
    'true',
    'null',
    'null',
    '1970-01-01T00:00:00.000Z',
    '<6 bytes>',
    '[1,"a"]',
    '{"a":"<1 bytes>"}',
  ])
  expect(describeParameters({ user: 'ann', id: 7 }, false)).toEqual({
    [key('user')]: 'ann',
    [key('id')]: '7',
  })
  expect(describeParameters('ann', false)).toEqual({ [key(0)]: 'ann' })
})

test.each([undefined, null, () => {}, [], {}])('%j has no values', (values) => {
  expect(describeParameters(values, false)).toEqual({})
})

test('the values of a batch are those of no statement', () => {
  expect(describeParameters([1], true)).toEqual({})
})

test('what is too long is cut, what is too many or has too long a name is counted', () => {
  const many = describeParameters(Array(1_000).fill('x'.repeat(1_000_000)), false)
  const named = describeParameters({ ['n'.repeat(129)]: 1, id: 2 }, false)
  const deep = describeParameters([{ text: 'x'.repeat(1_000_000) }], false)
  expect([Object.keys(many).length, many['clew.parameters.left_out'], String(many[key(0)]).length]).toEqual([
    33, 968, 1_025,
  ])
  expect(named).toEqual({ [key('id')]: '2', 'clew.parameters.left_out': 1 })
  expect(String(deep[key(0)]).length).toBe(1_025)
})

test('a value that throws costs itself alone', () => {
  const value = {
    toJSON: () => {
      throw new Error('no')
    },
  }
  expect(describeParameters(['a', value], false)).toEqual({ [key(0)]: 'a', [key(1)]: '[Threw: no]' })
})

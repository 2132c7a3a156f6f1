import { expect, test } from 'vitest'
import { plainMessage } from './record.ts'
import { messageKey } from './winston-shapes.ts'

test.each([
  ['colours', { message: '\u001b[1m\u001b[32mhi\u001b[39m\u001b[22m' }, 'hi', 'hi'],
  ['padding', { message: '    hi' }, 'hi', 'hi'],
  ['colours around padding', { message: '\u001b[32m  hi\u001b[39m' }, 'hi', 'hi'],
])('%s that a format added are taken off', (_name, formatted, raw, expected) => {
  expect(plainMessage(formatted, raw)).toBe(expected)
})

test("the user's own leading spaces stay", () => {
  expect(plainMessage({ message: '    - item' }, '  - item')).toBe('    - item')
})

test.each([
  ['a number', 42],
  ['an object', { a: 1 }],
  ['null', null],
])('%s stays what it is', (_name, message) => {
  expect(plainMessage({ message }, message)).toBe(message)
})

test('the message of an Error stands for it', () => {
  expect(plainMessage({ message: new Error('boom') }, undefined)).toBe('boom')
})

test('a message that was moved into the line is sent, one that the line does not show is not', () => {
  expect(plainMessage({ [messageKey]: '{"@message":"say \\"hi\\""}' }, 'say "hi"')).toBe('say "hi"')
  expect(plainMessage({ [messageKey]: '{"@message":"***"}' }, 'secret')).toBeUndefined()
  expect(plainMessage({}, 'secret')).toBeUndefined()
})

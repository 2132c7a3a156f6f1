import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loggedError, parseStack } from './log-call.ts'
import { splatKey } from './winston-shapes.ts'

test('the text of any stack gives the name and the message of its error', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(Error, TypeError, RangeError),
      fc.string().filter((text) => text !== '' && !/\n\s+at /.test(text)),
      (Type, message) => {
        const { name, stack } = new Type(message)
        expect(parseStack(stack)).toEqual({ name, message, stack })
      },
    ),
  )
})

test.each([
  ['no text', 42],
  ['a text without frames', 'full stack developer: yes'],
  ['frames without a header', '\n    at here'],
  ['a header that is no class', 'two words\n    at here'],
])('%s is no stack', (_name, value) => {
  expect(parseStack(value)).toBeUndefined()
})

test.each([
  ['a text argument', { message: 'm', [splatKey]: ['abc', 42] }],
  ['meta with a message', { message: 'm x', [splatKey]: [{ message: 'x' }] }],
  ['a flag named exception', { message: 'm', exception: true, error: 'not thrown' }],
])('%s is no error', (_name, info) => {
  expect(loggedError(info, undefined)).toBeUndefined()
})

test('the error that a child logger copied is known by its stack, another is not', () => {
  const error = new Error('x')
  expect(loggedError({ message: 'x', stack: error.stack }, error)).toBe(error)
  expect(loggedError({ message: 'x', stack: new Error('x').stack }, error)).toBeUndefined()
  expect(loggedError({ message: 'x' }, error)).toBeUndefined()
})

import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { attributesOf, encodeLog, textsOf } from '../../test/encode-once.ts'
import { describeException } from './exception.ts'

/** An error whose stack is known. */
function failure<Failure extends Error>(error: Failure, fields: object = {}): Failure {
  return Object.assign(error, { stack: `${error.name}: ${error.message}\n    at x` }, fields)
}

class PaymentError extends Error {}

test('type is the name or the class, never the code', () => {
  const named = failure(new Error('m'), { name: 'AbortError' })
  const errors = [
    failure(new RangeError('m'), { code: 'E_ARG' }),
    new PaymentError('m'),
    named,
    new Error('m'),
  ]
  expect(errors.map((error) => describeException(error).type)).toEqual([
    'RangeError',
    'PaymentError',
    'AbortError',
    'Error',
  ])
})

test('the stacktrace goes on through causes and the errors of an AggregateError, each once', () => {
  const root = failure(new Error('root'))
  const first = failure(new TypeError('first'), { cause: root })
  const all = failure(new AggregateError([first, 'text'], 'all'), { cause: root })
  root.cause = all
  expect(describeException(all)).toEqual({
    type: 'AggregateError',
    message: 'all',
    stacktrace: [
      'AggregateError: all\n    at x',
      'Error 1 of 2: TypeError: first\n    at x',
      'Caused by: Error: root\n    at x',
      'Caused by: [Circular]',
      'Error 2 of 2: text',
      'Caused by: [Circular]',
    ].join('\n'),
  })
})

test('a chain of 1,000 causes is cut', () => {
  let cause = failure(new Error('0'))
  for (let index = 1; index < 1000; index++) cause = failure(new Error(`${index}`), { cause })
  expect(describeException(cause).stacktrace?.split('Caused by').length).toBe(17)
})

test.each<[string, unknown, object]>([
  ['a text', 'boom', { message: 'boom' }],
  ['null', null, { message: 'null' }],
  ['an object', { code: 5 }, { message: '{ code: 5 }' }],
  [
    'a cyclic object',
    Object.assign(Object.create(null), { code: 5 }),
    { message: '[Object: null prototype] { code: 5 }' },
  ],
  [
    'what looks like an error',
    { name: 'Remote', message: 'm', stack: 's' },
    { type: 'Remote', message: 'm', stacktrace: 's' },
  ],
  [
    'an error of another realm',
    runInNewContext('Object.assign(new RangeError("m"), { stack: "s" })'),
    { type: 'RangeError', message: 'm', stacktrace: 's' },
  ],
  [
    'an error without a stack',
    Object.assign(new Error('m'), { stack: undefined }),
    { type: 'Error', message: 'm', stacktrace: 'Error: m' },
  ],
])('thrown: %s', (_name, thrown, expected) => {
  expect(describeException(thrown)).toEqual({ type: undefined, stacktrace: undefined, ...expected })
})

test('an error all of whose getters throw is described', () => {
  const fail = () => {
    throw new Error('no')
  }
  const bad = new Error('m')
  for (const key of ['name', 'message', 'stack', 'cause', 'errors'])
    Object.defineProperty(bad, key, { get: fail })
  expect(describeException(bad)).toEqual({
    type: '[Threw: no]',
    message: '[Threw: no]',
    stacktrace: '[Threw: no]\nCaused by: [Threw: no]',
  })
})

test('exception.* come first and the scalar fields of the error last, each under its own key', () => {
  const exception = failure(new Error('m'), {
    code: 'E',
    retries: 2,
    request: {},
    name: 'Named',
    user: 'of the error',
  })
  const { attributes } = encodeLog({ exception, attributes: { user: 'own' } })
  expect(attributes).toEqual([
    ['exception.type', { text: 'Named' }],
    ['exception.message', { text: 'm' }],
    ['exception.stacktrace', { text: 'Error: m\n    at x' }],
    ['user', { text: 'own' }],
    ['code', { text: 'E' }],
    ['retries', { int: 2n }],
  ])
})

test('the first error among the attributes fills exception.*, its own key holds the message', () => {
  const attributes = {
    a: 1,
    err: failure(new Error('m'), { code: 'E' }),
    second: failure(new TypeError('n')),
  }
  expect(attributesOf(encodeLog({ attributes }))).toEqual({
    a: { int: 1n },
    'exception.type': { text: 'Error' },
    'exception.message': { text: 'm' },
    'exception.stacktrace': { text: 'Error: m\n    at x' },
    err: { text: 'm' },
    second: {
      map: [
        ['type', { text: 'TypeError' }],
        ['message', { text: 'n' }],
        ['stacktrace', { text: 'TypeError: n\n    at x' }],
      ],
    },
    code: { text: 'E' },
  })
})

test('a record whose attributes are the error itself sends each key once', () => {
  const error = failure(new Error('m'), { code: 'E', level: 'error' })
  const omit = new Set(['level', 'stack'])
  expect(textsOf(encodeLog({ attributes: error, exception: error, omit }))).toEqual({
    'exception.type': 'Error',
    'exception.message': 'm',
    'exception.stacktrace': 'Error: m\n    at x',
    code: 'E',
  })
})

test('an explicit exception.message wins', () => {
  const attributes = { 'exception.message': 'own' }
  expect(textsOf(encodeLog({ attributes, exception: failure(new Error('m')) }))).toEqual({
    'exception.type': 'Error',
    'exception.message': 'own',
    'exception.stacktrace': 'Error: m\n    at x',
  })
})

test('a count limit of 0 leaves exception.* alone', () => {
  const { attributes, dropped } = encodeLog(
    { attributes: { err: failure(new Error('m')), b: 1 } },
    { attributeCount: 0 },
  )
  expect({ keys: attributes.map(([key]) => key), dropped }).toEqual({
    keys: ['exception.type', 'exception.message', 'exception.stacktrace'],
    dropped: 2,
  })
})

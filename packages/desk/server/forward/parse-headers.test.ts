import { expect, test } from 'vitest'
import { parseHeaders } from './parse-headers.ts'

test.for([
  ['', {}],
  ['Authorization=Bearer%20abc', { authorization: 'Bearer abc' }],
  [' X-A = 1 ,, x-b=2=3,', { 'x-a': '1', 'x-b': '2=3' }],
  ['x-empty=', { 'x-empty': '' }],
] as const)('%j is read', ([text, headers]) => {
  expect(parseHeaders(text)).toEqual(headers)
})

test('all faults are told together, and never a value', () => {
  expect(() => parseHeaders('a=secret%,secret,=secret,b=secret%0a,c=%E2%82%AC,ok=1')).toThrow(
    new Error(
      'CLEW_DESK_FORWARD_HEADERS: the value of "a" is not percent-encoded; write % as %25; ' +
        'pair 2 has no name of a header; write name=value; pair 3 has no name of a header; write name=value; ' +
        'the value of "b" has characters that no header can have; write ASCII; ' +
        'the value of "c" has characters that no header can have; write ASCII',
    ),
  )
})

import { expect, test } from 'vitest'
import { describeFailure, exportHref } from './api-client.ts'

test('a failure says whether it was the caller, the way or what answered', () => {
  const error = new TypeError('fetch failed')
  expect([
    describeFailure(error, true, undefined),
    describeFailure(error, false, undefined),
    describeFailure(new SyntaxError('Unexpected token <'), false, 502),
  ]).toEqual([
    { code: 'aborted', message: 'fetch failed' },
    { code: 'unreachable', message: 'fetch failed' },
    { code: 'unreadable', message: 'HTTP 502: Unexpected token <' },
  ])
})

test('an id cannot leave its place in the path', () => {
  expect(exportHref('../x?y#z', 'text')).toBe('/api/chains/..%2Fx%3Fy%23z/export?as=text')
})

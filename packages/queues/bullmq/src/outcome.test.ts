import { expect, test } from 'vitest'
import { outcomeOf } from './outcome.ts'

class DelayedError extends Error {
  override name = 'DelayedError'
}

test.each([
  [new DelayedError('later'), 'delayed'],
  [{ name: 'WaitingError' }, 'waiting'],
  [{ name: 'WaitingChildrenError' }, 'waiting-children'],
  [new Error('bullmq:rateLimitExceeded'), 'rate-limited'],
  [new Error('DelayedError'), undefined],
  [{ name: 'toString' }, undefined],
  ['DelayedError', undefined],
  [null, undefined],
  [undefined, undefined],
])('%o means %s', (error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome)
})

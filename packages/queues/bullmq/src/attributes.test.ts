import { expect, test } from 'vitest'
import { describeAttempt, identifyAnyAttempt, identifyAttempt, identifyJob, outcomeOf } from './attributes.ts'

const job = {
  id: '7',
  name: 'pay',
  opts: { delay: 100, attempts: 3 },
  queueName: 'orders',
  timestamp: 1_000,
  processedOn: 1_250,
  attemptsStarted: 1,
  attemptsMade: 0,
}

test('an attempt is described by the messaging conventions, with the time that it waited beyond its delay', () => {
  expect(describeAttempt(job)).toEqual({
    'messaging.system': 'bullmq',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': 'orders',
    'messaging.message.id': '7',
    'bullmq.job.name': 'pay',
    'bullmq.job.attempt': 1,
    'bullmq.job.attempts_made': 0,
    'bullmq.job.attempts_left': 2,
    'bullmq.job.delay_ms': 100,
    'bullmq.job.wait_ms': 150,
  })
})

test('a later attempt has no wait, a child its parent, a run its scheduler', () => {
  const again = {
    ...job,
    attemptsStarted: 3,
    attemptsMade: 1,
    parentKey: 'bull:p:1',
    repeatJobKey: 'nightly',
  }
  expect(describeAttempt(again)).toEqual({
    'messaging.system': 'bullmq',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': 'orders',
    'messaging.message.id': '7',
    'bullmq.job.name': 'pay',
    'bullmq.job.attempt': 3,
    'bullmq.job.attempts_made': 1,
    'bullmq.job.attempts_left': 1,
    'bullmq.job.parent': 'bull:p:1',
    'bullmq.scheduler.id': 'nightly',
  })
})

test('clocks that disagree give no negative wait', () => {
  expect(describeAttempt({ ...job, processedOn: 900 })['bullmq.job.wait_ms']).toBe(0)
})

const identity = {
  'messaging.destination.name': 'orders',
  'messaging.message.id': '7',
  'bullmq.job.name': 'pay',
}

test('records of an attempt are identified by queue, job, name and attempt, and say how it came to it', () => {
  expect(identifyAttempt(job)).toEqual({
    ...identity,
    'bullmq.job.attempt': 1,
    'bullmq.job.attempts_left': 2,
    'bullmq.job.delay_ms': 100,
    'bullmq.job.wait_ms': 150,
  })
  expect(identifyJob('orders', undefined)).toEqual({ 'messaging.destination.name': 'orders' })
})

test('of a run of a scheduler the delay is not told, its lateness is', () => {
  const run = { ...job, repeatJobKey: 'nightly' }
  expect(identifyAttempt(run)).toEqual({
    ...identity,
    'bullmq.job.attempt': 1,
    'bullmq.job.attempts_left': 2,
    'bullmq.scheduler.id': 'nightly',
    'bullmq.job.wait_ms': 150,
  })
  expect(identifyAnyAttempt(run)).toEqual({ ...identity, 'bullmq.scheduler.id': 'nightly' })
})

test.each([
  [{ attempts: 0 }, 0, 0],
  [{}, 0, 0],
  [{ attempts: 3 }, 2, 0],
  [{ attempts: 3 }, 7, 0],
  [{ attempts: 3 }, 1, 1],
])('of %o, after %i attempts and this one, %i are left', (opts, attemptsMade, left) => {
  expect(identifyAttempt({ ...job, opts, attemptsMade })['bullmq.job.attempts_left']).toBe(left)
})

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

import { expect, test } from 'vitest'
import { describeAttempt, identifyAttempt, identifyJob, outcomeOf } from './attributes.ts'

const job = {
  id: '7',
  name: 'pay',
  opts: { delay: 100 },
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
    'bullmq.job.parent': 'bull:p:1',
    'bullmq.scheduler.id': 'nightly',
  })
})

test('clocks that disagree give no negative wait', () => {
  expect(describeAttempt({ ...job, processedOn: 900 })['bullmq.job.wait_ms']).toBe(0)
})

test('records of an attempt are identified by queue, job, name and attempt', () => {
  expect(identifyAttempt(job)).toEqual({
    'messaging.destination.name': 'orders',
    'messaging.message.id': '7',
    'bullmq.job.name': 'pay',
    'bullmq.job.attempt': 1,
  })
  expect(identifyJob('orders', undefined)).toEqual({ 'messaging.destination.name': 'orders' })
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

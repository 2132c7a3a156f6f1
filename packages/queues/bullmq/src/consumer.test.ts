import { recordSpans, type SpanRecorder } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runAttempt } from './consumer.ts'
import { createJobContexts, type JobContexts } from './job-contexts.ts'

let spans: SpanRecorder
let contexts: JobContexts
beforeEach(() => {
  spans = recordSpans()
  const options = { relation: 'auto', relations: {}, lookup: false } as const
  contexts = createJobContexts(trace.getTracer('test'), options)
})
afterEach(() => spans.stop())

const run = <T>(work: () => T): T =>
  runAttempt(contexts, contexts.begin({ id: '1', name: 'job', opts: {}, queueName: 'q' }), work)
const outcomes = () =>
  spans.spans.map(({ status, statusMessage, attributes }) => [
    status,
    statusMessage,
    attributes['error.type'],
    attributes['bullmq.job.outcome'],
  ])

test('a promise comes back as the same object and ends the span when it settles', async () => {
  const work = Promise.resolve(7)
  expect(run(() => work)).toBe(work)
  expect(spans.open()).toBe(1)
  await work
  expect([spans.open(), outcomes()]).toEqual([0, [['unset', undefined, undefined, undefined]]])
})

test('a value ends the span at once', () => {
  expect([run(() => 7), outcomes().length]).toEqual([7, 1])
})

test('what is thrown or rejected is the same error, and fails the span', async () => {
  const error = new RangeError('no')
  expect(() =>
    run(() => {
      throw error
    }),
  ).toThrow(error)
  await expect(run(() => Promise.reject(error))).rejects.toBe(error)
  expect(outcomes()).toEqual(Array(2).fill(['error', 'no', 'RangeError', undefined]))
})

test('a rejection without a reason fails the span, too', async () => {
  await expect(run(() => Promise.reject())).rejects.toBeUndefined()
  expect(outcomes()).toEqual([['error', 'undefined', 'Error', undefined]])
})

test('an error that only tells BullMQ what to do next does not fail the span', async () => {
  const error = Object.assign(new Error('later'), { name: 'DelayedError' })
  await expect(run(() => Promise.reject(error))).rejects.toBe(error)
  expect(outcomes()).toEqual([['unset', undefined, undefined, 'delayed']])
})

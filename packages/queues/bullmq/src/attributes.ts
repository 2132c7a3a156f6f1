import type { Fields, FieldValue } from '@clew/core'
import type { Attributes, Span } from '@opentelemetry/api'
import type { JobLike, JobOptions } from './library.ts'

// Messaging conventions are in development: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
// (read 2026-11-23, semantic conventions 1.4x). `bullmq` is not among the listed systems, which allows own values.

// The keys stand written out where an object is made for every job: V8 is slower by a microsecond with those of constants.

// What the conventions have no word for: `bullmq.job.…`, `bullmq.scheduler.id`.
export const jobOutcome = 'bullmq.job.outcome'
/** On spans with a link to the maker: why they are not in its trace. */
export const relationReason = 'clew.relation.reason'

/** What the span of an adding says from its start on; the job id is known later. */
export function describeAdding(queueName: string, name: string): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.type': 'send',
    'messaging.operation.name': 'send',
    'messaging.destination.name': queueName,
    'bullmq.job.name': name,
  }
}

export function setMessageId(span: Span, id: string | undefined): void {
  if (id !== undefined) span.setAttribute('messaging.message.id', id)
}

/** What a span of an attempt says from its start on, so that samplers see it. */
export function describeAttempt(job: JobLike): Attributes {
  const attributes: Attributes = {
    'messaging.system': 'bullmq',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': job.queueName,
    'bullmq.job.name': job.name,
    'bullmq.job.attempt': attemptOf(job),
    'bullmq.job.attempts_made': job.attemptsMade ?? 0,
    'bullmq.job.attempts_left': attemptsLeftOf(job),
  }
  if (job.id !== undefined) attributes['messaging.message.id'] = job.id
  if (job.parentKey) attributes['bullmq.job.parent'] = job.parentKey
  addTimes(attributes, job)
  return attributes
}

// Most jobs have the wait alone.
function addTimes(to: Attributes | Record<string, FieldValue>, job: JobLike): void {
  const { delay } = job.opts as JobOptions
  if (job.repeatJobKey) to['bullmq.scheduler.id'] = job.repeatJobKey
  // With a scheduler it is how BullMQ waits for the time of the run.
  else if (delay) to['bullmq.job.delay_ms'] = delay
  const waitMs = waitOf(job)
  if (waitMs !== undefined) to['bullmq.job.wait_ms'] = waitMs
}

/** Queue and job: what every record carries that is about an attempt of which only the job is known. */
export function identifyAnyAttempt({ queueName, id, name, repeatJobKey }: JobLike): Fields {
  const identity = { ...identifyJob(queueName, id), 'bullmq.job.name': name }
  return repeatJobKey ? { ...identity, 'bullmq.scheduler.id': repeatJobKey } : identity
}

/** Queue, job and attempt, and how it came to it: what every record of an attempt carries. */
export function identifyAttempt(job: JobLike): Fields {
  const { queueName, id, name } = job
  const identity: Record<string, FieldValue> =
    id === undefined
      ? { 'messaging.destination.name': queueName, 'bullmq.job.name': name }
      : { 'messaging.destination.name': queueName, 'messaging.message.id': id, 'bullmq.job.name': name }
  identity['bullmq.job.attempt'] = attemptOf(job)
  identity['bullmq.job.attempts_left'] = attemptsLeftOf(job)
  addTimes(identity, job)
  return identity
}

/** What every record carries that belongs to a job of which no more is known. */
export function identifyJob(queue: string, id: string | undefined): Fields {
  return { 'messaging.destination.name': queue, ...(id !== undefined && { 'messaging.message.id': id }) }
}

// `attemptsStarted` counts delayed and stalled runs too, `attemptsMade` only those that ended.
function attemptOf(job: JobLike): number {
  return job.attemptsStarted || (job.attemptsMade ?? 0) + 1
}

// Those after this one. As BullMQ stores it, 0 attempts is one.
function attemptsLeftOf({ opts, attemptsMade = 0 }: JobLike): number {
  return Math.max(0, ((opts as JobOptions).attempts || 1) - attemptsMade - 1)
}

/** Not of a job that is run again from its beginning: what failed before is still known of it. */
export function isFirstAttempt(job: JobLike): boolean {
  return attemptOf(job) === 1 && !job.stacktrace?.length
}

// A later attempt waits from a moment that BullMQ does not keep.
function waitOf(job: JobLike): number | undefined {
  const { timestamp, processedOn } = job
  if (!timestamp || !processedOn || attemptOf(job) > 1) return undefined
  const delayMs = (job.opts as JobOptions).delay ?? 0
  return Math.max(0, processedOn - timestamp - delayMs)
}

/** How an attempt can end without having failed. */
export type Outcome = 'delayed' | 'waiting' | 'waiting-children' | 'rate-limited'

// BullMQ goes by the name, as an error from a sandbox has lost its class; and by the message for the rate limit.
// https://github.com/taskforcesh/bullmq/blob/master/src/classes/worker.ts (handleFailed)
const byName: { readonly [name: string]: Outcome } = {
  DelayedError: 'delayed',
  WaitingError: 'waiting',
  WaitingChildrenError: 'waiting-children',
}
const rateLimitMessage = 'bullmq:rateLimitExceeded'

/** What an error thrown by a processor means, when it only tells BullMQ what to do next. */
export function outcomeOf(error: unknown): Outcome | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { name, message } = error as { name?: unknown; message?: unknown }
  if (message === rateLimitMessage) return 'rate-limited'
  return typeof name === 'string' && Object.hasOwn(byName, name) ? byName[name] : undefined
}

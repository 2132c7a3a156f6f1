import type { Fields } from '@clew/core'
import type { Attributes } from '@opentelemetry/api'
import type { JobLike, JobOptions } from './library.ts'
import {
  jobAttempt,
  jobAttemptsMade,
  jobName,
  jobParent,
  jobWaitMs,
  messagingDestinationName,
  messagingMessageId,
  messagingOperationName,
  messagingOperationType,
  messagingSystem,
  schedulerId,
} from './semconv.ts'

/** What a span of an attempt says from its start on, so that samplers see it. */
export function describeAttempt(job: JobLike): Attributes {
  const attributes: Attributes = {
    [messagingSystem]: 'bullmq',
    [messagingOperationType]: 'process',
    [messagingOperationName]: 'process',
    [messagingDestinationName]: job.queueName,
    [jobName]: job.name,
    [jobAttempt]: attemptOf(job),
    [jobAttemptsMade]: job.attemptsMade ?? 0,
  }
  if (job.id !== undefined) attributes[messagingMessageId] = job.id
  if (job.parentKey) attributes[jobParent] = job.parentKey
  if (job.repeatJobKey) attributes[schedulerId] = job.repeatJobKey
  const waitMs = waitOf(job)
  if (waitMs !== undefined) attributes[jobWaitMs] = waitMs
  return attributes
}

/** Queue and job: what every record carries that is about an attempt of which only the job is known. */
export function identifyAnyAttempt(job: JobLike): Fields {
  return { ...identifyJob(job.queueName, job.id), [jobName]: job.name }
}

/** Queue, job and attempt: what every record of an attempt carries. */
export function identifyAttempt(job: JobLike): Fields {
  const { queueName, id, name } = job
  const attempt = attemptOf(job)
  return id === undefined
    ? { [messagingDestinationName]: queueName, [jobName]: name, [jobAttempt]: attempt }
    : {
        [messagingDestinationName]: queueName,
        [messagingMessageId]: id,
        [jobName]: name,
        [jobAttempt]: attempt,
      }
}

/** What every record carries that belongs to a job of which no more is known. */
export function identifyJob(queue: string, id: string | undefined): Fields {
  return { [messagingDestinationName]: queue, ...(id !== undefined && { [messagingMessageId]: id }) }
}

// `attemptsStarted` counts delayed and stalled runs too, `attemptsMade` only those that ended.
function attemptOf(job: JobLike): number {
  return job.attemptsStarted || (job.attemptsMade ?? 0) + 1
}

// A later attempt waits from a moment that BullMQ does not keep.
function waitOf(job: JobLike): number | undefined {
  const { timestamp, processedOn } = job
  if (!timestamp || !processedOn || attemptOf(job) > 1) return undefined
  const delayMs = (job.opts as JobOptions).delay ?? 0
  return Math.max(0, processedOn - timestamp - delayMs)
}

import type { Fields } from '@clew/core'
import type { Attributes } from '@opentelemetry/api'
import type { JobLike, JobOptions } from './library.ts'
import {
  JOB_ATTEMPT,
  JOB_ATTEMPTS_MADE,
  JOB_NAME,
  JOB_PARENT,
  JOB_WAIT_MS,
  MESSAGING_DESTINATION_NAME,
  MESSAGING_MESSAGE_ID,
  MESSAGING_OPERATION_NAME,
  MESSAGING_OPERATION_TYPE,
  MESSAGING_SYSTEM,
  SCHEDULER_ID,
} from './semconv.ts'

/** What a span of an attempt says from its start on, so that samplers see it. */
export function describeAttempt(job: JobLike): Attributes {
  const attributes: Attributes = {
    [MESSAGING_SYSTEM]: 'bullmq',
    [MESSAGING_OPERATION_TYPE]: 'process',
    [MESSAGING_OPERATION_NAME]: 'process',
    [MESSAGING_DESTINATION_NAME]: job.queueName,
    [JOB_NAME]: job.name,
    [JOB_ATTEMPT]: attemptOf(job),
    [JOB_ATTEMPTS_MADE]: job.attemptsMade ?? 0,
  }
  if (job.id !== undefined) attributes[MESSAGING_MESSAGE_ID] = job.id
  if (job.parentKey) attributes[JOB_PARENT] = job.parentKey
  if (job.repeatJobKey) attributes[SCHEDULER_ID] = job.repeatJobKey
  const waitMs = waitOf(job)
  if (waitMs !== undefined) attributes[JOB_WAIT_MS] = waitMs
  return attributes
}

/** Queue and job: what every record carries that is about an attempt of which only the job is known. */
export function identifyAnyAttempt(job: JobLike): Fields {
  return { ...identifyJob(job.queueName, job.id), [JOB_NAME]: job.name }
}

/** Queue, job and attempt: what every record of an attempt carries. */
export function identifyAttempt(job: JobLike): Fields {
  const { queueName, id, name } = job
  const attempt = attemptOf(job)
  return id === undefined
    ? { [MESSAGING_DESTINATION_NAME]: queueName, [JOB_NAME]: name, [JOB_ATTEMPT]: attempt }
    : {
        [MESSAGING_DESTINATION_NAME]: queueName,
        [MESSAGING_MESSAGE_ID]: id,
        [JOB_NAME]: name,
        [JOB_ATTEMPT]: attempt,
      }
}

/** What every record carries that belongs to a job of which no more is known. */
export function identifyJob(queue: string, id: string | undefined): Fields {
  return { [MESSAGING_DESTINATION_NAME]: queue, ...(id !== undefined && { [MESSAGING_MESSAGE_ID]: id }) }
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

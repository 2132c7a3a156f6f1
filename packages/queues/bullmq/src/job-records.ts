import manifest from '@clew/bullmq/package.json' with { type: 'json' }
import {
  contextForWork,
  createHiddenSlot,
  emitRecord,
  guard,
  type InstrumentationScope,
  type LogRecord,
  rootContext,
  runInContext,
  suppressedRoot,
  unixNowMs,
} from '@clew/core'
import { identifyJob } from './attributes.ts'
import type { JobContexts } from './job-contexts.ts'
import { type KnownJob, readJob } from './known-jobs.ts'
import type { JobClass, JobLike, JobOptions, JobSource } from './library.ts'

/**
 * Records of what becomes of a job while none of the application's code runs, in the job's own chain. The conventions have
 * events for an exception in one attempt (`messaging.process.exception`), none for these.
 */
export type JobRecords = {
  /** Writes `bullmq.job.failed`, once, when the job is not to be tried again. Never throws. */
  failed(job: JobLike, error: unknown): void
  /** Writes `bullmq.job.stalled`. Reads the job first, as BullMQ tells only its id. Never rejects. */
  stalled(source: JobSource, id: string): Promise<void>
}

const scope: InstrumentationScope = { name: '@clew/bullmq', version: manifest.version }

export function createJobRecords(jobs: JobClass, contexts: JobContexts): JobRecords {
  // When the job ended: it may be run again, and fail once more.
  const told = createHiddenSlot<number>()

  const writeFailed = (job: JobLike, exception: unknown): void => {
    const { finishedOn, attemptsMade = 0 } = job
    if (typeof finishedOn !== 'number' || told.get(job) === finishedOn) return
    told.set(job, finishedOn)
    const most = (job.opts as JobOptions).attempts || 1
    const body = `${job.name} failed for good after ${attemptsMade} of ${most} attempts`
    write({ ...error, context: contexts.contextOf(job), eventName: 'bullmq.job.failed', body, exception })
  }
  const writeStalled = (source: JobSource, id: string, job: KnownJob | undefined): void => {
    const context = job
      ? contexts.contextOfChain(job)
      : contextForWork(rootContext, {}, identifyJob(source.name, id))
    const body = `${job?.name ?? 'a job'} stalled: its worker no longer renews its lock`
    write({ ...warning, context, eventName: 'bullmq.job.stalled', body })
  }
  return {
    failed: (job, exception) =>
      guard('telling of a failed job', () => writeFailed(job, exception), undefined),
    stalled: async (source, id) => {
      const job = await runInContext(suppressedRoot, () => readJob(jobs, source, id)).catch(() => undefined)
      guard('telling of a stalled job', () => writeStalled(source, id, job), undefined)
    },
  }
}

const error = { severityNumber: 17, severityText: 'error' }
const warning = { severityNumber: 13, severityText: 'warn' }

function write(record: Omit<LogRecord, 'scope' | 'timeUnixMs'>): void {
  emitRecord({ scope, timeUnixMs: unixNowMs(), ...record })
}

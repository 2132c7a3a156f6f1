import {
  activeContext,
  chosenPlace,
  contextForWork,
  contextWithSpan,
  createHiddenSlot,
  endSpan,
  type Fields,
  NoopSpan,
  rootContext,
  SpanKind,
  spanOf,
} from '@clew/core'
import { decideRelation, type Relation } from '@clew/core/messaging'
import type { Context, Span, TimeInput, Tracer } from '@opentelemetry/api'
import {
  describeAttempt,
  identifyAnyAttempt,
  identifyAttempt,
  jobOutcome,
  outcomeOf,
  relationReason,
} from './attributes.ts'
import { hasOwnTelemetry, type JobLike, type JobOptions, metadataOf, type QueueBase } from './library.ts'
import { contextOfMaker, type Metadata, parseMetadata } from './metadata.ts'
import type { Options } from './options.ts'
import { placeOfAttempt } from './own-chain.ts'

/** One run of a job: the context for the user's code, and the span unless it is another's business. */
export type Attempt = { readonly context: Context; span: Span | undefined }

/** The contexts of the jobs that this process works on. */
export type JobContexts = {
  /** Starts the span of an attempt. */
  begin(job: JobLike, startTime?: TimeInput, functionName?: string): Attempt
  /** Ends it, once. */
  end(attempt: Attempt, error?: unknown): void
  /** The last attempt of this very object, if one was begun. */
  attemptOf(job: object): Attempt | undefined
  /** The context for listeners: the attempt's, else that of the maker with the job's identity. */
  contextOf(job: JobLike): Context
  /** The maker's, for listeners that are not told of which attempt an event is. */
  contextOfAnyAttempt(job: JobLike): Context
  /** The same, but in the trace that the job starts where it starts one of which the ids are known. */
  contextOfChain(job: JobLike): Context
}

export function createJobContexts(tracer: Tracer, options: Options): JobContexts {
  const attempts = createHiddenSlot<Attempt>()
  // Whether the Tracer puts a span where it is told to: not known before it has.
  let keepsPlaces = false

  const startSpan = (
    job: JobLike,
    metadata: Metadata | undefined,
    startTime?: TimeInput,
    functionName?: string,
  ): Context => {
    const maker = contextOfMaker(metadata)
    const { relation, reason } = relationOf(job, metadata, options)
    const attributes = describeAttempt(job)
    const isRoot = relation === 'link' || !spanOf(maker)
    const place = isRoot ? placeOfAttempt(job) : undefined
    const linked = relation === 'link' ? spanOf(maker)?.spanContext() : undefined
    if (functionName !== undefined) attributes['code.function.name'] = functionName
    if (linked) attributes[relationReason] = reason
    const span = tracer.startSpan(
      `process ${job.queueName}`,
      {
        kind: SpanKind.CONSUMER,
        attributes,
        ...(isRoot && { root: true }),
        ...(place && { [chosenPlace]: place }),
        ...(linked && { links: [{ context: linked }] }),
        ...(startTime !== undefined && { startTime }),
      },
      maker,
    )
    if (place) keepsPlaces = span.spanContext().traceId === place.traceId
    return contextWithSpan(maker, span)
  }

  const makersContext = (job: JobLike, identity: Fields): Context => {
    const metadata = parseMetadata(metadataOf(job.opts))
    const { relation } = relationOf(job, metadata, options)
    const maker = relation === 'parent' ? contextOfMaker(metadata) : rootContext
    return contextForWork(maker, metadata?.fields, identity)
  }

  return {
    begin: (job, startTime, functionName) => {
      const metadata = parseMetadata(metadataOf(job.opts))
      const theirs = hasOwnTelemetry((job as { queue?: QueueBase }).queue ?? {})
      const traced = theirs ? activeContext() : startSpan(job, metadata, startTime, functionName)
      const attempt: Attempt = {
        context: contextForWork(traced, metadata?.fields, identifyAttempt(job)),
        span: theirs ? undefined : spanOf(traced),
      }
      attempts.set(job, attempt)
      return attempt
    },
    end: (attempt, error) => {
      const { span } = attempt
      if (!span) return
      attempt.span = undefined
      const outcome = outcomeOf(error)
      if (outcome) span.setAttribute(jobOutcome, outcome)
      endSpan(span, outcome ? undefined : error)
    },
    attemptOf: (job) => attempts.get(job),
    contextOf: (job) => attempts.get(job)?.context ?? makersContext(job, identifyAttempt(job)),
    contextOfAnyAttempt: (job) => makersContext(job, identifyAnyAttempt(job)),
    contextOfChain: (job) => {
      const context = makersContext(job, identifyAnyAttempt(job))
      const place = keepsPlaces && !spanOf(context) ? placeOfAttempt(job) : undefined
      if (!place) return context
      const spanId = 'spanId' in place ? place.spanId : place.parentSpanId
      return contextWithSpan(context, new NoopSpan({ traceId: place.traceId, spanId, traceFlags: 0 }))
    },
  }
}

const ofNobody = { jobs: 1, isOwnTrace: false }

// One object each, as it is decided for every attempt.
const scheduler: Relation<'scheduler'> = { relation: 'link', reason: 'scheduler' }

/**
 * How the attempts of a job stand to the trace of its maker, by what is known of the job at the start of each of them, so that all its
 * attempts decide alike. `jobs` is the number of jobs that were added together with this one; a trace of its own need not be kept short.
 */
export function relationOf(
  job: Pick<JobLike, 'queueName' | 'opts' | 'repeatJobKey'>,
  { jobs, isOwnTrace }: Pick<Metadata, 'jobs' | 'isOwnTrace'> = ofNobody,
  options: Pick<Options, 'relation' | 'relations'>,
): Relation<'scheduler'> {
  // A scheduler would make a trace without end.
  if (job.repeatJobKey) return scheduler
  const wanted = options.relations[job.queueName] ?? options.relation
  const waitMs = (job.opts as JobOptions).delay ?? 0
  return decideRelation(wanted, isOwnTrace ? { together: 1, waitMs: 0 } : { together: jobs, waitMs })
}

import { hash } from 'node:crypto'
import {
  activeContext,
  type ChosenPlace,
  contextWithSpan,
  endSpan,
  isTracingSuppressed,
  SpanKind,
  spanContextOf,
} from '@clew/core'
import type { Context, Span, Tracer } from '@opentelemetry/api'
import { describeAdding, isFirstAttempt, setMessageId } from './attributes.ts'
import type { JobLike } from './library.ts'

// Jobs that no request makes (cron, start-up code, the runs of a scheduler) have a trace all the same: one for all
// attempts of a job, in whatever process they run.

/** The adding of a job outside of any trace. */
export type Adding = { readonly span: Span; readonly context: Context }

/**
 * Starts the PRODUCER span that is the root of a job's trace; `undefined` in a trace, with tracing suppressed, and
 * without a Tracer.
 */
export function startAdding(tracer: Tracer, queueName: string, jobName: string): Adding | undefined {
  const active = activeContext()
  if (spanContextOf(active) || isTracingSuppressed(active)) return undefined
  const attributes = describeAdding(queueName, jobName)
  const span = tracer.startSpan(`send ${queueName}`, { kind: SpanKind.PRODUCER, attributes }, active)
  const context = contextWithSpan(active, span)
  return spanContextOf(context) ? { span, context } : undefined
}

/** Ends the spans of an adding with what came of it. `jobs` are in the order of `addings`. */
export function endAdded(
  addings: readonly (Adding | undefined)[],
  jobs: readonly (JobLike | undefined)[],
): void {
  addings.forEach((one, index) => {
    if (!one) return
    setMessageId(one.span, jobs[index]?.id)
    endSpan(one.span)
  })
}

export function endFailed(addings: readonly (Adding | undefined)[], error: unknown): void {
  for (const one of addings) if (one) endSpan(one.span, error ?? new Error(String(error)))
}

/**
 * Where an attempt stands that begins a trace: all attempts of a job in one, whose ids follow from the job. The first is its
 * root, those that follow are below it.
 */
export function placeOfAttempt(job: JobLike): ChosenPlace | undefined {
  const { queueQualifiedName, id, timestamp } = job
  if (queueQualifiedName === undefined || id === undefined || timestamp === undefined) return undefined
  const digits = hash('sha256', `${queueQualifiedName}:${id}:${timestamp}`, 'hex')
  const traceId = digits.slice(0, 32)
  const first = digits.slice(32, 48)
  return isFirstAttempt(job) ? { traceId, spanId: first } : { traceId, parentSpanId: first }
}

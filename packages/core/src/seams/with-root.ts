import manifest from '@clew/core/package.json' with { type: 'json' }
import type { Context, Span, Tracer } from '@opentelemetry/api'
import { registeredTracer } from '../api/registered-api.ts'
import { SpanKind } from '../api/span.ts'
import { runInContext } from '../context/context-manager.ts'
import { contextForWork } from '../context/fields.ts'
import { contextWithSpan, rootContext } from '../context/request-context.ts'
import { guard } from '../process/report.ts'
import { endSpan, type SpanDescription } from './operation.ts'

const tracer = registeredTracer('@clew/core', manifest.version)

/**
 * Runs `work` in a trace of its own, whatever is active: one run of what nobody asked for by a request or a job, such as
 * a timer's, a poll's or a scheduler's. Its root span is named `name`, so that should be one of few, and ends with `work`
 * or the promise that it returns; the records written within are in that trace, and `setFields` holds for them. Returns
 * what `work` returns; a promise as one of ours, that settles with the same. Without any SDK only the fields are there.
 * Throws only what `work` throws.
 *
 * @example
 * setInterval(() => withRoot('purge sessions', () => purge()), 60_000)
 */
export function withRoot<T>(name: string, work: () => T): T {
  return runAsRoot(tracer, { name, kind: SpanKind.INTERNAL, attributes: {} }, work)
}

/** The same for instrumentations: with the Tracer of theirs, and all that the span says. */
export function runAsRoot<T>(owner: Tracer, description: SpanDescription, work: () => T): T {
  const begin = (): TracedWork => {
    const context = contextForWork(rootContext)
    const span = owner.startSpan(description.name, description, context)
    return { context: contextWithSpan(context, span), span }
  }
  const begun = guard('starting a root span', begin, undefined)
  if (!begun) return runInContext(rootContext, work)
  return runTraced(begun, work, undefined, description.describeError)
}

/** Work of the application that has a span, and the context in which it runs. */
export type TracedWork = { readonly context: Context; readonly span: Span }

/**
 * Runs `work` of the application in its context, and ends the span when it has settled; before that `describe` may say on it what
 * came of it. Returns what `work` returns; a promise as one of ours, that settles with the same. Throws only what `work` throws.
 */
export function runTraced<T>(
  { context, span }: TracedWork,
  work: () => T,
  describe?: (value: Awaited<T>, span: Span) => void,
  describeError?: SpanDescription['describeError'],
): T {
  const fail = (error: unknown): never => {
    endSpan(span, error ?? String(error), describeError)
    throw error
  }
  const succeed = <V>(value: V): V => {
    if (describe) guard('describing work', () => describe(value as Awaited<T>, span), undefined)
    endSpan(span)
    return value
  }
  let result: T
  try {
    result = runInContext(context, work)
  } catch (error) {
    return fail(error)
  }
  return isThenable(result) ? (result.then(succeed, fail) as T) : succeed(result)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

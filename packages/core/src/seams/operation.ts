import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api'
import { SpanStatusCode } from '../api/span.ts'
import { contextWithSpan, isTracingSuppressed, spanContextOf } from '../context/request-context.ts'
import { guard, reportThrown } from '../process/report.ts'
import { sharedState } from '../process/state.ts'
import { type FinishQuery, followQuery } from '../record/query-record.ts'

/** What the span of one operation says. */
export type SpanDescription = {
  name: string
  kind: SpanKind
  attributes: Attributes
  /** What the library tells of a failure, over `error.type` and beside it, such as the code of the server. */
  describeError?: (error: unknown) => Attributes | undefined
}

/** One operation of a library, such as a query or a command, from its call to its outcome. */
export type Operation = {
  /** Where the application made the call: what is called back belongs there. */
  readonly caller: Context
  /** For the operation's own work: that of the caller, with the span where there is one. */
  readonly context: Context
  /** Undefined where nothing is recorded. */
  readonly span: Span | undefined
  /**
   * Ends the span, with status ERROR when `error` is neither undefined nor null. How many `rows` came back is told where
   * queries are records. Only the first call counts. Never throws.
   */
  end(error?: unknown, rows?: number): void
}

/**
 * Begins an operation as a child of the span in the context of its caller. No span: without one in `caller`, or with the
 * one of an API that has no SDK, with tracing suppressed there, or when `describe` returns undefined; it is not asked in the first two cases. What
 * `describe` throws is reported and costs the span. Never throws.
 */
export function startOperation(
  tracer: Tracer,
  caller: Context,
  describe: () => SpanDescription | undefined,
): Operation {
  if (!spanContextOf(caller) || isTracingSuppressed(caller)) return untraced(caller)
  try {
    const description = describe()
    if (description)
      return new CalledOperation(caller, tracer.startSpan(description.name, description, caller), description)
  } catch (error) {
    reportThrown('starting the span of an operation', error)
  }
  return untraced(caller)
}

function untraced(caller: Context): Operation {
  return new CalledOperation(caller, undefined, undefined)
}

// With methods, not closures, and a context that is made when it is asked for: there is one for each query.
class CalledOperation implements Operation {
  readonly caller: Context
  readonly span: Span | undefined
  readonly #describeError: SpanDescription['describeError']
  readonly #finish: FinishQuery | undefined
  #context: Context | undefined = undefined
  #isEnded = false

  constructor(caller: Context, span: Span | undefined, description: SpanDescription | undefined) {
    this.caller = caller
    this.span = span
    this.#describeError = description?.describeError
    this.#finish = description && followQuery(description, this)
  }

  get context(): Context {
    const { caller, span } = this
    this.#context ??= span ? contextWithSpan(caller, span) : caller
    return this.#context
  }

  end(error?: unknown, rows?: number): void {
    const { span } = this
    if (!span || this.#isEnded) return
    this.#isEnded = true
    const finish = this.#finish
    if (finish) guard('making a record of a query', () => finish(error ?? undefined, rows), undefined)
    endSpan(span, error ?? undefined, this.#describeError)
  }
}

/**
 * Ends a span; with an error it gets status ERROR, `error.type` and the exception event. The error object itself is
 * only read. Never throws.
 */
export function endSpan(span: Span, error?: unknown, describeError?: SpanDescription['describeError']): void {
  if (error !== undefined)
    guard('marking a span as failed', () => failSpan(span, error, describeError), undefined)
  try {
    span.end()
  } catch (thrown) {
    reportThrown('ending a span', thrown)
  }
}

/** Marks a span as failed by `error`, whatever was thrown. */
export function failSpan(span: Span, error: unknown, describeError?: SpanDescription['describeError']): void {
  const message = error instanceof Error ? error.message : String(error)
  span.setAttribute('error.type', errorType(error))
  recordError(span, error)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  const more = describeError?.(error)
  if (more) span.setAttributes(more)
}

/** Adds the exception event to a span, whatever was thrown. */
export function recordError(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : { name: errorType(error), message: String(error) })
}

/** The class of an error, as `error.type` of the semantic conventions wants it: low cardinality. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (error.name && error.name !== 'Error') return error.name
  return error.constructor?.name || 'Error'
}

const names = sharedState('names of functions', () => new WeakMap<object, string>())

/**
 * `OrdersController.create`: a method of the application as `code.function.name` of the semantic conventions wants it, by
 * the class of the object on which it is called.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/
 */
export function methodNameOf(instance: object, method: string): string {
  const className = instance.constructor?.name
  return className ? `${className}.${method}` : method
}

/** For a framework that hands the application's method `name` to an object of a library, such as a worker of BullMQ. */
export function setFunctionName(runner: object, name: string): void {
  names.set(runner, name)
}

/** What `setFunctionName` told of this object. */
export function functionNameOf(runner: object): string | undefined {
  return names.get(runner)
}

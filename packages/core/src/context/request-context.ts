import type { Context, Span, SpanContext } from '@opentelemetry/api'
import { EMPTY_CONTEXT } from './linked-context.ts'
import type { RecordScope } from './record-scope.ts'

// The API keys its contexts by Symbol.for, so every copy of the API agrees on these two.
// https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/trace/context-utils.ts
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')
// https://github.com/open-telemetry/opentelemetry-js/blob/main/packages/opentelemetry-core/src/trace/suppress-tracing.ts
const SUPPRESS_KEY = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const SCOPE_KEY = Symbol.for('@clew/core record scope')

/**
 * A Context with two fixed slots, span and record scope, before the keys of others. Setting a slot allocates
 * one small object where the API's own Context copies a Map.
 */
class RequestContext implements Context {
  readonly span: Span | undefined
  readonly scope: RecordScope | undefined
  readonly rest: Context

  constructor(span: Span | undefined, scope: RecordScope | undefined, rest: Context) {
    this.span = span
    this.scope = scope
    this.rest = rest
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span
    if (key === SCOPE_KEY) return this.scope
    return this.rest.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return new RequestContext(value as Span | undefined, this.scope, this.rest)
    if (key === SCOPE_KEY) return new RequestContext(this.span, value as RecordScope | undefined, this.rest)
    return new RequestContext(this.span, this.scope, this.rest.setValue(key, value))
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY) return new RequestContext(undefined, this.scope, this.rest)
    if (key === SCOPE_KEY) return new RequestContext(this.span, undefined, this.rest)
    return new RequestContext(this.span, this.scope, this.rest.deleteValue(key))
  }
}

function asRequestContext(context: Context): RequestContext {
  if (context instanceof RequestContext) return context
  return new RequestContext(spanOf(context), recordScopeOf(context), context)
}

/** The span of a context, if it has one. */
export function spanOf(context: Context): Span | undefined {
  return context.getValue(SPAN_KEY) as Span | undefined
}

const NO_TRACE = '0'.repeat(32)

/** The ids of the span of a context; none where tracing is suppressed, whose spans have ids of zeros. */
export function spanContextOf(context: Context): SpanContext | undefined {
  const ids = spanOf(context)?.spanContext()
  return ids?.traceId === NO_TRACE ? undefined : ids
}

/** The context with this span; its record scope stays. */
export function contextWithSpan(context: Context, span: Span): Context {
  const { scope, rest } = asRequestContext(context)
  return new RequestContext(span, scope, rest)
}

export function recordScopeOf(context: Context): RecordScope | undefined {
  return context.getValue(SCOPE_KEY) as RecordScope | undefined
}

export function contextWithRecordScope(context: Context, scope: RecordScope): Context {
  const { span, rest } = asRequestContext(context)
  return new RequestContext(span, scope, rest)
}

/** True inside work whose calls must not become spans, such as a library's own housekeeping. */
export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_KEY) === true
}

export function suppressTracing(context: Context): Context {
  return context.setValue(SUPPRESS_KEY, true)
}

/** Outside of any request. */
export const ROOT_CONTEXT: Context = new RequestContext(undefined, undefined, EMPTY_CONTEXT)

/** The root context with tracing suppressed: for everything that belongs to no request. */
export const SUPPRESSED_ROOT: Context = suppressTracing(ROOT_CONTEXT)

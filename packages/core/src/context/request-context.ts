import type { Context, Span, SpanContext } from '@opentelemetry/api'

// The API keys its contexts by Symbol.for, so every copy of the API agrees on these two.
// https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/trace/context-utils.ts
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN')
// https://github.com/open-telemetry/opentelemetry-js/blob/main/packages/opentelemetry-core/src/trace/suppress-tracing.ts
const suppressKey = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const unmarkedKey = Symbol.for('@clew/core context without marks')
const scopeKey = Symbol.for('@clew/core record scope')

/** A value of a request field. */
export type FieldValue = string | number | boolean

/** Request fields such as `request_id`, `user_id`, `tenant`. */
export type Fields = { readonly [name: string]: FieldValue }

/**
 * What every record of one request, job or `withFields` call carries: its identity (queue, job id, attempt: fixed)
 * and its fields (may grow through `setFields`). One object for all contexts below it, so that a field that is
 * set late is on every later record of the request.
 */
export class RecordScope {
  readonly identity: Fields
  fields: Fields
  /** Fields and identity in one object, ready for the encoder; of a name in both, the identity's. */
  attributes: Fields
  /** What the work came in by, for the instrumentation that took it in. */
  readonly origin: unknown

  constructor(fields: Fields, identity: Fields = none, origin?: unknown) {
    this.identity = identity
    this.origin = origin
    this.fields = fields
    this.attributes = merge(fields, identity)
  }

  add(fields: Fields): void {
    this.fields = merge(this.fields, fields)
    this.attributes = merge(this.fields, this.identity)
  }
}

const none: Fields = Object.freeze({})

function merge(first: Fields, second: Fields): Fields {
  if (second === none) return first
  return first === none ? second : { ...first, ...second }
}

/** One key of others over another context. */
class LinkedContext implements Context {
  readonly #parent: Context
  readonly #key: symbol
  readonly #value: unknown

  constructor(parent: Context, key: symbol, value: unknown) {
    this.#parent = parent
    this.#key = key
    this.#value = value
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new LinkedContext(key === this.#key ? this.#parent : this, key, value)
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined)
  }
}

const emptyContext: Context = {
  getValue: () => undefined,
  setValue: (key, value) => new LinkedContext(emptyContext, key, value),
  deleteValue: () => emptyContext,
}

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
    if (key === spanKey) return this.span
    if (key === scopeKey) return this.scope
    return this.rest.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === spanKey) return new RequestContext(value as Span | undefined, this.scope, this.rest)
    if (key === scopeKey) return new RequestContext(this.span, value as RecordScope | undefined, this.rest)
    return new RequestContext(this.span, this.scope, this.rest.setValue(key, value))
  }

  deleteValue(key: symbol): Context {
    if (key === spanKey) return new RequestContext(undefined, this.scope, this.rest)
    if (key === scopeKey) return new RequestContext(this.span, undefined, this.rest)
    return new RequestContext(this.span, this.scope, this.rest.deleteValue(key))
  }
}

function asRequestContext(context: Context): RequestContext {
  if (context instanceof RequestContext) return context
  return new RequestContext(spanOf(context), recordScopeOf(context), context)
}

/** The span of a context, if it has one. */
export function spanOf(context: Context): Span | undefined {
  return context.getValue(spanKey) as Span | undefined
}

const noTrace = '0'.repeat(32)

/** The ids of the span of a context; none where tracing is suppressed, whose spans have ids of zeros. */
export function spanContextOf(context: Context): SpanContext | undefined {
  const ids = spanOf(context)?.spanContext()
  // An id is a part of a longer text, which takes long to compare as a whole.
  return ids?.traceId?.[0] === '0' && ids.traceId === noTrace ? undefined : ids
}

/** The context with this span; its record scope stays. */
export function contextWithSpan(context: Context, span: Span): Context {
  const { scope, rest } = asRequestContext(context)
  return new RequestContext(span, scope, rest)
}

/** What every record of a request or job carries: its fields, and the identity of the job. Undefined outside of both. */
export function recordScopeOf(context: Context): RecordScope | undefined {
  return context.getValue(scopeKey) as RecordScope | undefined
}

export function contextWithRecordScope(context: Context, scope: RecordScope): Context {
  const { span, rest } = asRequestContext(context)
  return new RequestContext(span, scope, rest)
}

/** True inside work whose calls must not become spans, such as a library's own housekeeping. */
export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(suppressKey) === true
}

/** The same context, in which nothing becomes a span. */
export function suppressTracing(context: Context): Context {
  return context.setValue(suppressKey, true)
}

/**
 * The same context, which hands on no mark that its trace is kept: for what comes again and again, such as the runs of a
 * scheduler, of which the first may be of that trace and all others are not.
 */
export function withoutMark(context: Context): Context {
  return context.setValue(unmarkedKey, true)
}

/** Whether marks of kept traces go on from there, in headers and jobs. */
export function handsOnMarks(context: Context): boolean {
  return context.getValue(unmarkedKey) !== true
}

/** The `traceparent` of a span, in version 00; flags that it does not know are sent as 0. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & 3}`
}

/** Outside of any request. */
export const rootContext: Context = new RequestContext(undefined, undefined, emptyContext)

/** The root context with tracing suppressed: for everything that belongs to no request. */
export const suppressedRoot: Context = suppressTracing(rootContext)

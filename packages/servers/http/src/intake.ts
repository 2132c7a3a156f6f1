import {
  contextForWork,
  contextWithSpan,
  type Fields,
  getFields,
  guard,
  type Runtime,
  recordError,
  SpanKind,
  SpanStatusCode,
  spanContextOf,
} from '@clew/core'
import type { Attributes, Context, Span } from '@opentelemetry/api'
import { type FinishAccess, followAccess } from './access-record.ts'
import { describeReceived, methodName, type ReceivedRequest } from './attributes.ts'
import type { HttpOptions, options as specs } from './options.ts'
import { fieldsOf, parentContextOf } from './received-context.ts'
import { createUrlRedactor, parseTarget } from './url.ts'

/** A request that a server of this process has begun to answer. */
export type Begun = {
  /** With its server span and record scope. */
  context: Context
  /** The request fields at its start. */
  fields: Fields
  /** The first word of the span's name. */
  method: string
  /** Absent for an ignored path. */
  span: Span | undefined
  /** The trace that its caller sent. */
  joined: string | undefined
  /** Writes its access record, where there are any. */
  tell: FinishAccess | undefined
}

type Received = ReceivedRequest & { rawHeaders: readonly string[] }

/**
 * Takes in requests, of whatever version of HTTP: with the context that their callers sent, and a span of their own.
 * `spanned` says whether one has a span.
 */
export function createIntake({
  tracer,
  options,
}: Runtime<typeof specs>): (request: Received, spanned?: (parent: Context) => boolean) => Begun {
  const redact = createUrlRedactor(options.redactQuery)
  const isIgnored = createPathTest(options.ignorePaths)
  const describe = (request: Received): Attributes | undefined =>
    isIgnored(parseTarget(request.url ?? '/').path) ? undefined : describeReceived(request, redact)
  return (request, spanned) => {
    const parent = parentContextOf(request.headers)
    const fields = fieldsOf(request.headers, parent, options.propagateFields)
    const work = contextForWork(parent, fields, undefined, request.rawHeaders)
    const method = methodName(request.method ?? '')
    const attributes = describe(request)
    const span =
      attributes && spanned?.(parent) !== false
        ? tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent)
        : undefined
    const context = span ? contextWithSpan(work, span) : work
    const tell = options.accessRecords && attributes ? followAccess(attributes, context) : undefined
    return { context, fields, method, span, joined: spanContextOf(parent)?.traceId, tell }
  }
}

/** A test for paths: each pattern is a whole path, or a prefix that ends in `*`. */
export function createPathTest(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false
  const paths = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  return (path) => paths.has(path) || prefixes.some((prefix) => path.startsWith(prefix))
}

/** What an answer says beside what the application has it say, where it is asked for. */
export function headersOfAnswer(
  { fields, span, context }: Begun,
  { respondRequestId, respondTraceId }: HttpOptions,
): Record<string, string> {
  const ids = respondTraceId && span ? spanContextOf(context) : undefined
  return {
    ...(respondRequestId && { 'x-request-id': String(fields.request_id) }),
    // https://www.w3.org/TR/trace-context-2/#traceresponse-header
    ...(ids && { traceresponse: `00-${ids.traceId}-${ids.spanId}-${ids.traceFlags & 1 ? '01' : '00'}` }),
  }
}

/** An answer as far as it has come. */
export type Answer = {
  route: string | undefined
  /** Undefined before its headers are sent. */
  status: number | undefined
  isWhole: boolean
  /** What a framework turned into this answer. */
  error?: unknown
}

/** What a server span says of its request beside what was known at the start: also the request fields, but for `request_id`. */
export function describeAnswer(span: Span, { context, method }: Begun, { route, status }: Answer): void {
  const fields = getFields(context)
  for (const name in fields) if (name !== 'request_id') span.setAttribute(name, fields[name]!)
  if (route !== undefined) {
    span.setAttribute('http.route', route)
    span.updateName(`${method} ${route}`)
  }
  if (status !== undefined) span.setAttribute('http.response.status_code', status)
}

/** Ends the span of a request, after its access record. */
export function endAnswer(span: Span, begun: Begun, answer: Answer, bodyBytes: number): void {
  describeAnswer(span, begun, answer)
  const errorType = describeFailure(span, answer)
  const { route, status } = answer
  begun.tell?.({ route, status, errorType, bodyBytes: hasBody(begun.method, status) ? bodyBytes : 0 })
  span.end()
}

function hasBody(method: string, status: number | undefined): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304
}

function describeFailure(span: Span, { status, isWhole, error }: Answer): string | undefined {
  const isFailed = status !== undefined && status >= 500
  // An answer that is not whole has mostly a client that went away: as with a 4xx, not this server's failure, so the
  // status stays unset.
  if (!isFailed && isWhole) return undefined
  const errorType = isFailed ? String(status) : 'aborted'
  span.setAttribute('error.type', errorType)
  if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR })
  if (isFailed && error !== undefined)
    guard('recording an exception', () => recordError(span, error), undefined)
  return errorType
}

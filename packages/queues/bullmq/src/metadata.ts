import {
  contextWithSpan,
  extractContext,
  type Fields,
  type FieldValue,
  formatTraceparent,
  getFields,
  handsOnMarks,
  injectContext,
  isTracingSuppressed,
  keptTraces,
  NoopSpan,
  rootContext,
  spanContextOf,
  spanOf,
} from '@clew/core'
import type { Context, SpanContext, TextMapGetter, TextMapSetter } from '@opentelemetry/api'

/**
 * What travels with a job in the field that BullMQ keeps for telemetry: a JSON object with the headers of the
 * propagators, and what only Clew reads under `clew`. Other readers find their `traceparent` beside it.
 */
export type Metadata = {
  readonly headers: { readonly [name: string]: unknown }
  /** Request fields of the maker. */
  readonly fields: Fields
  /** How many jobs were added in one call. */
  readonly jobs: number
  /** Whether the trace was begun for this adding alone: no request made the job. */
  readonly isOwnTrace: boolean
  /** The mark of a trace that is kept as a whole. */
  readonly kept?: string | undefined
}

type OwnPart = { fields?: Fields; jobs?: number; ownTrace?: true; kept?: string }

// The key of the API, which all its copies share.
// https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/baggage/context-helpers.ts
const baggageKey = Symbol.for('OpenTelemetry Baggage Key')

const noFields: Fields = Object.freeze({})

/**
 * The metadata of jobs that are added in `context`; `undefined` when there is nothing to carry. The span travels as
 * W3C traceparent whatever the propagators are, so that a job joins its trace in every process of ours; tracestate,
 * baggage and other headers as the propagators write them.
 */
export function encodeMetadata(context: Context, jobs = 1, isOwnTrace = false): string | undefined {
  const traced = isTracingSuppressed(context) ? undefined : spanContextOf(context)
  const kept = traced && handsOnMarks(context) ? keptTraces()?.markOf(traced.traceId) : undefined
  const own = ownPart(getFields(context), jobs, isOwnTrace, kept)
  if (traced?.traceState || context.getValue(baggageKey)) return encodeHeaders(context, traced, own)
  // By hand, as this runs for every job.
  if (!traced) return own && `{"clew":${JSON.stringify(own)}}`
  const traceparent = formatTraceparent(traced)
  return own
    ? `{"traceparent":"${traceparent}","clew":${JSON.stringify(own)}}`
    : `{"traceparent":"${traceparent}"}`
}

function encodeHeaders(context: Context, span: SpanContext | undefined, own: OwnPart | undefined): string {
  const headers: Record<string, unknown> = {}
  injectContext(context, headers, setHeader)
  if (span) headers.traceparent ??= formatTraceparent(span)
  return JSON.stringify(own ? { ...headers, clew: own } : headers)
}

function ownPart(
  fields: Fields,
  jobs: number,
  isOwnTrace: boolean,
  kept: string | undefined,
): OwnPart | undefined {
  let hasFields = false
  for (const _ in fields) {
    hasFields = true
    break
  }
  if (!hasFields && jobs <= 1 && !isOwnTrace && kept === undefined) return undefined
  return {
    ...(hasFields && { fields }),
    ...(jobs > 1 && { jobs }),
    ...(isOwnTrace && { ownTrace: true }),
    ...(kept !== undefined && { kept }),
  }
}

// Most metadata is this and nothing more: `{"traceparent":"00-…-…-01"}`.
const onlyTraceparent = /^\{"traceparent":"([^"\\]*)"\}$/

/** Reads the metadata of a job, whoever wrote it; `undefined` when it is absent or not of this kind. */
export function parseMetadata(text: unknown): Metadata | undefined {
  const only = typeof text === 'string' ? onlyTraceparent.exec(text) : undefined
  if (only) return { headers: { traceparent: only[1] }, fields: noFields, jobs: 1, isOwnTrace: false }
  const headers = parseObject(text)
  if (!headers) return undefined
  const own = asObject(headers.clew)
  const jobs = own?.jobs
  return {
    headers: withTraceparent(headers),
    fields: own?.fields === undefined ? noFields : plainFields(own.fields),
    jobs: typeof jobs === 'number' && jobs >= 1 ? jobs : 1,
    isOwnTrace: own?.ownTrace === true,
    kept: typeof own?.kept === 'string' ? own.kept : undefined,
  }
}

// dd-trace keeps its headers one level down.
function withTraceparent(headers: Record<string, unknown>): Record<string, unknown> {
  if (headers.traceparent !== undefined) return headers
  const datadog = asObject(headers._datadog)
  return datadog ? { ...datadog, ...headers } : headers
}

function parseObject(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== 'string' || text[0] !== '{') return undefined
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Record<string, unknown>
}

function plainFields(value: unknown): Fields {
  const entries = Object.entries(asObject(value) ?? {})
  return Object.fromEntries(entries.filter((entry): entry is [string, FieldValue] => isFieldValue(entry[1])))
}

function isFieldValue(value: unknown): value is FieldValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

const stringsOnly: TextMapGetter<Metadata['headers']> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  },
}

const setHeader: TextMapSetter<Record<string, unknown>> = {
  set: (headers, name, value) => {
    headers[name] = value
  },
}

/** The context of the maker: its span as a remote one, and its baggage. Takes the mark of a trace that is kept. */
export function contextOfMaker(metadata: Metadata | undefined): Context {
  if (!metadata) return rootContext
  const { headers, kept } = metadata
  // Before the propagator finds the same one, which anybody may have sent.
  if (kept !== undefined) takeMark(headers, kept)
  const extracted = isPlain(headers) ? rootContext : extractContext(rootContext, headers, stringsOnly)
  if (spanOf(extracted)) return extracted
  const span = parseTraceparent(headers.traceparent)
  return span ? contextWithSpan(extracted, new NoopSpan(span)) : extracted
}

function takeMark(headers: Metadata['headers'], kept: string): void {
  const span = parseTraceparent(headers.traceparent)
  if (span) keptTraces()?.takeMark(span.traceId, kept, 'job')
}

// Nothing for the propagators to find beyond a traceparent of the version that we read ourselves.
function isPlain(headers: Metadata['headers']): boolean {
  for (const name in headers) {
    if (name === 'clew') continue
    const value = headers[name]
    if (name !== 'traceparent' || typeof value !== 'string' || !value.startsWith('00-')) return false
  }
  return true
}

/**
 * Our metadata beside what a job has: `undefined` when the field is taken. Another tracer's metadata without a
 * traceparent gets ours beside it.
 */
export function mergeMetadata(present: unknown, ours: string): string | undefined {
  if (present === undefined || present === null) return ours
  const theirs = parseObject(present)
  if (!theirs || 'traceparent' in withTraceparent(theirs)) return undefined
  return JSON.stringify({ ...JSON.parse(ours), ...theirs })
}

// https://www.w3.org/TR/trace-context/#traceparent-header, version 00.
const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The remote span of a header in version 00; `undefined` for anything else. */
export function parseTraceparent(text: unknown): SpanContext | undefined {
  if (typeof text !== 'string' || !traceparent.test(text)) return undefined
  return {
    traceId: text.slice(3, 35),
    spanId: text.slice(36, 52),
    traceFlags: Number.parseInt(text.slice(53), 16),
    isRemote: true,
  }
}

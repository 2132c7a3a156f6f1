import type { Attributes, JsonObject, ResourceSpans, Span, SpanEvent, SpanLink, Value } from '@clew/otlp'
import { groupSpans, paddedId, type Sender, spanWith } from './found.ts'
import { isObject, listOf, microsOf, textOf } from './json-fields.ts'
import { attributesOfSpan } from './span-tags.ts'

/**
 * Whether it is a trace as Jaeger's page and its API download it.
 * https://github.com/jaegertracing/jaeger/blob/main/internal/uimodel/model.go
 */
export function isJaegerTrace(value: JsonObject): boolean {
  return Array.isArray(value.spans) && isObject(value.processes)
}

/** The spans of a trace, with their processes as resources and their logs as events. */
export function readJaegerTrace(trace: JsonObject): ResourceSpans[] {
  const processes = trace.processes as JsonObject
  return groupSpans(
    listOf(trace.spans)
      .filter(isObject)
      .map((span) => readSpan(span, span.process ?? processes[String(span.processID)])),
  )
}

function readSpan(json: JsonObject, process: unknown): { span: Span; sender: Sender } {
  const { attributes, kind, status, scope, traceState } = attributesOfSpan(readTags(json.tags))
  const traceId = paddedId(json.traceID, 32)
  const references = listOf(json.references).filter(isObject).map(linkOf)
  const parent =
    references.find(({ type, link }) => type === 'CHILD_OF' && link.traceId === traceId) ??
    references.find(({ link }) => link.traceId === traceId)
  const start = microsOf(json.startTime)
  const warnings = listOf(json.warnings).filter((warning) => typeof warning === 'string')
  if (warnings.length > 0) attributes['jaeger.warnings'] = warnings
  const span = spanWith({
    traceId,
    spanId: paddedId(json.spanID, 16),
    parentSpanId: parent?.link.spanId ?? paddedId(json.parentSpanID, 16),
    traceState,
    flags: typeof json.flags === 'number' ? json.flags & 1 : 0,
    name: textOf(json.operationName),
    kind,
    startTimeUnixNano: start,
    endTimeUnixNano: start + microsOf(json.duration),
    attributes,
    events: listOf(json.logs).filter(isObject).map(readEvent),
    links: references.filter((reference) => reference !== parent).map(({ link }) => link),
    status,
  })
  return { span, sender: { resource: resourceOf(process), scope } }
}

function linkOf(reference: JsonObject): { type: unknown; link: SpanLink } {
  const isParent = reference.refType === 'CHILD_OF'
  const link = {
    traceId: paddedId(reference.traceID, 32),
    spanId: paddedId(reference.spanID, 16),
    traceState: '',
    attributes: { 'opentracing.ref_type': isParent ? 'child_of' : 'follows_from' },
    droppedAttributesCount: 0,
    flags: 0,
  }
  return { type: reference.refType, link }
}

function readEvent(log: JsonObject): SpanEvent {
  const attributes = readTags(log.fields)
  const key = ['event', 'message'].find((name) => typeof attributes[name] === 'string')
  const name = key === undefined ? 'log' : String(attributes[key])
  if (key !== undefined) delete attributes[key]
  return { timeUnixNano: microsOf(log.timestamp), name, attributes, droppedAttributesCount: 0 }
}

function resourceOf(process: unknown): Attributes {
  if (!isObject(process)) return {}
  const name = textOf(process.serviceName)
  return { ...(name === '' ? {} : { 'service.name': name }), ...readTags(process.tags) }
}

/** Tags by their keys, each in the type that it says. */
function readTags(tags: unknown): Attributes {
  return Object.fromEntries(
    listOf(tags)
      .filter(isObject)
      .map(({ key, type, value }) => [textOf(key), tagValue(type, value)]),
  )
}

function tagValue(type: unknown, value: unknown): Value {
  if (type === 'bool') return value === true || value === 'true'
  if (type === 'binary') return new Uint8Array(Buffer.from(String(value), 'base64'))
  if ((type === 'int64' || type === 'float64') && typeof value === 'string') {
    const number = Number(value)
    return type === 'int64' && /^-?\d+$/.test(value) && !Number.isSafeInteger(number) ? BigInt(value) : number
  }
  return typeof value === 'object' ? JSON.stringify(value) : (value as Value)
}

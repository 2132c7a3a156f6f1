import { type Attributes, type JsonObject, parseTime, type Span, type SpanLink, type Value } from '@clew/otlp'
import { paddedId, type Sender, spanWith } from './found.ts'
import { isObject, listOf, textOf } from './json-fields.ts'
import { kindOfSpan } from './span-tags.ts'

/** A span as OpenTelemetry's Python SDK prints it: `ReadableSpan.to_json()`, the ConsoleSpanExporter. */
export function isPythonSpan(value: JsonObject): boolean {
  return isObject(value.context) && typeof value.context.span_id === 'string' && 'start_time' in value
}

export function readPythonSpan(json: JsonObject): { span: Span; sender: Sender } {
  const context = json.context as JsonObject
  const status = isObject(json.status) ? json.status : {}
  const resource = isObject(json.resource) ? json.resource.attributes : {}
  const span = spanWith({
    traceId: paddedId(context.trace_id, 32),
    spanId: paddedId(context.span_id, 16),
    parentSpanId: paddedId(json.parent_id, 16),
    name: textOf(json.name),
    kind: kindOfSpan(textOf(json.kind).replace('SpanKind.', '')),
    ...timesOf(json.start_time, json.end_time),
    attributes: attributesOf(json.attributes),
    events: listOf(json.events)
      .filter(isObject)
      .map(({ name, timestamp, attributes }) => eventOf(name, timestamp, attributesOf(attributes))),
    links: listOf(json.links)
      .filter(isObject)
      .map(({ context: linked, attributes }) =>
        linkOf(
          isObject(linked) ? linked.trace_id : '',
          isObject(linked) ? linked.span_id : '',
          attributesOf(attributes),
        ),
      ),
    status: { code: codeOf(status.status_code), message: textOf(status.description) },
  })
  return { span, sender: { resource: attributesOf(resource), scope: { name: '', version: '' } } }
}

/** A span as OpenTelemetry's Go SDK prints it: stdouttrace. */
export function isGoSpan(value: JsonObject): boolean {
  return isObject(value.SpanContext) && 'StartTime' in value
}

export function readGoSpan(json: JsonObject): { span: Span; sender: Sender } {
  const context = json.SpanContext as JsonObject
  const status = isObject(json.Status) ? json.Status : {}
  const scope = [json.InstrumentationScope, json.InstrumentationLibrary].find(isObject) ?? {}
  const span = spanWith({
    traceId: paddedId(context.TraceID, 32),
    spanId: paddedId(context.SpanID, 16),
    parentSpanId: isObject(json.Parent) ? paddedId(json.Parent.SpanID, 16) : '',
    traceState: textOf(context.TraceState),
    flags: Number.parseInt(textOf(context.TraceFlags), 16) || 0,
    name: textOf(json.Name),
    kind: typeof json.SpanKind === 'number' && json.SpanKind >= 0 && json.SpanKind <= 5 ? json.SpanKind : 0,
    ...timesOf(json.StartTime, json.EndTime),
    attributes: goAttributes(json.Attributes),
    events: listOf(json.Events)
      .filter(isObject)
      .map(({ Name, Time, Attributes }) => eventOf(Name, Time, goAttributes(Attributes))),
    links: listOf(json.Links)
      .filter(isObject)
      .map(({ SpanContext: linked, Attributes }) =>
        linkOf(
          isObject(linked) ? linked.TraceID : '',
          isObject(linked) ? linked.SpanID : '',
          goAttributes(Attributes),
        ),
      ),
    status: { code: codeOf(status.Code), message: textOf(status.Description) },
  })
  const sender = {
    resource: goAttributes(json.Resource),
    scope: { name: textOf(scope.Name), version: textOf(scope.Version) },
  }
  return { span, sender }
}

function timesOf(start: unknown, end: unknown): Pick<Span, 'startTimeUnixNano' | 'endTimeUnixNano'> {
  const startTimeUnixNano = parseTime(start) ?? 0n
  return { startTimeUnixNano, endTimeUnixNano: parseTime(end) ?? startTimeUnixNano }
}

function eventOf(name: unknown, time: unknown, attributes: Attributes): Span['events'][number] {
  return { timeUnixNano: parseTime(time) ?? 0n, name: textOf(name), attributes, droppedAttributesCount: 0 }
}

function linkOf(traceId: unknown, spanId: unknown, attributes: Attributes): SpanLink {
  return {
    traceId: paddedId(traceId, 32),
    spanId: paddedId(spanId, 16),
    traceState: '',
    attributes,
    droppedAttributesCount: 0,
    flags: 0,
  }
}

function codeOf(code: unknown): number {
  return ['UNSET', 'OK', 'ERROR'].indexOf(textOf(code).toUpperCase()) === -1
    ? 0
    : ['UNSET', 'OK', 'ERROR'].indexOf(textOf(code).toUpperCase())
}

function attributesOf(value: unknown): Attributes {
  return isObject(value) ? (value as Attributes) : {}
}

/** `[{"Key":"a","Value":{"Type":"INT64","Value":1}}]` */
function goAttributes(list: unknown): Attributes {
  return Object.fromEntries(
    listOf(list)
      .filter(isObject)
      .map(({ Key, Value: value }) => [textOf(Key), (isObject(value) ? value.Value : null) as Value]),
  )
}

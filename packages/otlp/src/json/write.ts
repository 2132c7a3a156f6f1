import type { Field, Message, Values } from '../message.ts'
import { logsRequest, metricsRequest, tracesRequest } from '../messages.ts'
import type { Attributes, ResourceLogs, ResourceMetrics, ResourceSpans, Value } from '../model.ts'

type Json = string | number | boolean | undefined | Json[] | { [key: string]: Json }

/** Writes an `ExportLogsServiceRequest` in OTLP JSON, for `parseLogsJson` and any OTLP receiver. */
export function logsToJson(request: readonly ResourceLogs[]): string {
  return JSON.stringify(messageJson(logsRequest(), { resourceLogs: request }))
}

/** Writes an `ExportTraceServiceRequest` in OTLP JSON, for `parseTracesJson` and any OTLP receiver. */
export function tracesToJson(request: readonly ResourceSpans[]): string {
  return JSON.stringify(messageJson(tracesRequest(), { resourceSpans: request }))
}

/** Writes an `ExportMetricsServiceRequest` in OTLP JSON, for any OTLP receiver. */
export function metricsToJson(request: readonly ResourceMetrics[]): string {
  return JSON.stringify(messageJson(metricsRequest(), { resourceMetrics: request }))
}

function messageJson({ fields }: Message<unknown>, values: Values): Json {
  const json: { [name: string]: Json } = {}
  for (const field of fields) {
    const content = contentJson(field, values[field.name])
    if (content !== undefined) json[field.name] = content
  }
  return json
}

/** Zero values are left out. */
function contentJson({ kind, message, zero }: Field, content: unknown): Json {
  if (content === zero) return undefined
  switch (kind) {
    case 'message':
      return messageJson(message, content as Values)
    case 'messages':
      return listJson(message, content as Values[])
    case 'attributes':
      return attributesJson(content as Attributes)
    case 'value':
      return valueJson(content as Value)
    case 'fixed64':
    case 'sfixed64':
    case 'int64':
      return String(content)
    case 'bytes':
      return base64(content as Uint8Array)
    case 'counts':
    case 'varints':
      return (content as number[]).map(String)
    case 'bounds':
      return (content as number[]).map(doubleJson)
    case 'double':
      return doubleJson(content as number)
    default:
      return content as string | number | boolean
  }
}

function listJson(message: Message<unknown>, list: readonly Values[]): Json {
  return list.length === 0 && message.optional ? undefined : list.map((item) => messageJson(message, item))
}

function attributesJson(attributes: Attributes): Json {
  const list = keyValues(attributes)
  return list.length === 0 ? undefined : list
}

function keyValues(attributes: Attributes): Json[] {
  return Object.keys(attributes).map((key) => ({ key, value: valueJson(attributes[key]!) }))
}

/** An `AnyValue`. Whole numbers go as `intValue`: the model does not tell 1.0 from 1. */
function valueJson(value: Value): Json {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: String(value) }
  if (typeof value === 'number') return numberJson(value)
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueJson) } }
  if (value instanceof Uint8Array) return { bytesValue: base64(value) }
  return { kvlistValue: { values: keyValues(value) } }
}

function numberJson(value: number): Json {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) }
  return { doubleValue: doubleJson(value) }
}

/** JSON has no number for some. */
function doubleJson(value: number): Json {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

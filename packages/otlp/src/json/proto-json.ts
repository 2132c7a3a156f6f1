import type { Field, Kind, Message, Values } from '../message.ts'
import { logsRequest, tracesRequest } from '../messages.ts'
import type { ResourceLogs, ResourceSpans } from '../model.ts'
import { severityBands } from '../severity.ts'
import { fieldsOf } from './fields.ts'
import { parseMessage } from './parse.ts'
import type { JsonObject } from './plain-log.ts'

/**
 * OTLP as other writers of protobuf's JSON have it, who do not keep to OTLP's own rules: ids in base64, enums by name, names with
 * underscores, `batches` as Tempo says, and what was called an instrumentation library. `value` is what {@link parseJson} gave.
 * Undefined: it is no OTLP. Throws an `OtlpDecodeError` with the path of what is wrong.
 */
export function readProtoJson(value: JsonObject): {
  resourceLogs: ResourceLogs[]
  resourceSpans: ResourceSpans[]
} {
  return {
    resourceLogs: parseMessage(logsRequest(), fieldsOf(tidy(logsRequest(), value), undefined)).resourceLogs,
    resourceSpans: parseMessage(tracesRequest(), fieldsOf(tidy(tracesRequest(), value), undefined))
      .resourceSpans,
  }
}

/** Other names of a field, the one of old first. */
const formerNames: Readonly<Record<string, readonly string[]>> = {
  resourceSpans: ['batches'],
  scopeSpans: ['instrumentationLibrarySpans', 'instrumentation_library_spans'],
  scopeLogs: ['instrumentationLibraryLogs', 'instrumentation_library_logs'],
  scope: ['instrumentationLibrary', 'instrumentation_library'],
  logRecords: ['logs'],
}

const enumNames: ReadonlyMap<string, number> = new Map([
  ...['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
    (name, number) => [`SPAN_KIND_${name}`, number] as const,
  ),
  ...['UNSET', 'OK', 'ERROR'].map((name, number) => [`STATUS_CODE_${name}`, number] as const),
  ['SEVERITY_NUMBER_UNSPECIFIED', 0],
  ...severityBands.flatMap((band, at) =>
    ['', '2', '3', '4'].map(
      (step, more) => [`SEVERITY_NUMBER_${band.toUpperCase()}${step}`, at * 4 + more + 1] as const,
    ),
  ),
])

/** The same object with OTLP's names. What has another shape is left for the parser to refuse. */
function tidy({ fields }: Message<unknown>, value: unknown): unknown {
  if (!isObject(value)) return value
  const tidied: Values = {}
  for (const field of fields) {
    const found = contentOf(value, field.name)
    if (found !== undefined && found !== null) tidied[field.name] = tidyContent(field, found)
  }
  return tidied
}

function contentOf(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  for (const other of [underscored(name), ...(formerNames[name] ?? [])]) {
    if (Object.hasOwn(object, other)) return object[other]
  }
  return undefined
}

function tidyContent({ kind, message }: Field, found: unknown): unknown {
  if (kind === 'message') return tidy(message, found)
  if (kind === 'messages') return Array.isArray(found) ? found.map((item) => tidy(message, item)) : found
  const change = changes[kind]
  return change === undefined ? found : change(found)
}

const changes: Partial<Record<Kind, (found: unknown) => unknown>> = {
  traceId: (found) => hexOf(found, 16),
  spanId: (found) => hexOf(found, 8),
  int32: (found) => (typeof found === 'string' ? (enumNames.get(found) ?? found) : found),
  value: tidyValue,
  attributes: tidyAttributes,
}

/** Base64 of as many bytes, or hex with `0x` before it, as hex. */
function hexOf(id: unknown, bytes: number): unknown {
  if (typeof id !== 'string') return id
  if (/^0x[0-9a-f]+$/i.test(id)) return id.slice(2).padStart(bytes * 2, '0')
  const digits = id.replace(/=+$/, '')
  if (digits.length !== Math.ceil((bytes * 4) / 3) || !/^[\w+/-]+$/.test(digits)) return id
  return Buffer.from(digits, 'base64').toString('hex')
}

function tidyAttributes(list: unknown): unknown {
  if (!Array.isArray(list)) return list
  return list.map((item: unknown) => (isObject(item) ? { ...item, value: tidyValue(item.value) } : item))
}

/** No deeper than parsing goes, which then says so. */
const maxDepth = 64

function tidyValue(value: unknown, depth: number = 0): unknown {
  if (!isObject(value) || depth > maxDepth) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const name = key.replace(/_value$/, 'Value')
      const list = isObject(part) ? part.values : undefined
      if (!Array.isArray(list)) return [name, part]
      const values = list.map((item: unknown) =>
        name === 'kvlistValue' && isObject(item)
          ? { ...item, value: tidyValue(item.value, depth + 1) }
          : tidyValue(item, depth + 1),
      )
      return [name, { values }]
    }),
  )
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function underscored(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

import {
  decodeLogsRequest,
  isoTime,
  type LogRecord,
  logsToJson,
  plainJson,
  type Resource,
  type ResourceLogs,
  type Scope,
  severityName,
} from '@clew/otlp'
import { ecsFields, ecsLine } from './ecs.ts'
import type { LineFormat } from './options.ts'

/** Lines, each with its end, and of how many records. */
export type Lines = { bytes: Buffer; count: number }

/** An `ExportLogsServiceRequest` as JSON lines. Throws an `OtlpDecodeError` when it is none. */
export function writeLines(request: Uint8Array, format: LineFormat): Lines {
  const logs = decodeLogsRequest(request)
  const counts = logs.flatMap(({ scopeLogs }) => scopeLogs.map(({ logRecords }) => logRecords.length))
  const lines = format === 'otlp_json' ? [logsToJson(logs)] : recordLines(logs, format)
  const text = lines.map((line) => `${line}\n`).join('')
  return { bytes: Buffer.from(text), count: counts.reduce((sum, count) => sum + count, 0) }
}

function recordLines(logs: readonly ResourceLogs[], format: 'otel' | 'ecs'): string[] {
  return logs.flatMap(({ resource, scopeLogs }) => {
    const fields = format === 'ecs' ? ecsFields(resource.attributes) : undefined
    return scopeLogs.flatMap(({ scope, logRecords }) => {
      if (fields !== undefined) return logRecords.map((record) => ecsLine(record, fields, scope))
      const end = `,${originJson(resource, scope)}}`
      return logRecords.map((record) => `${recordJson(record).slice(0, -1)}${end}`)
    })
  })
}

/**
 * By the names of the data model, in the spelling that the specification has for JSON that is not OTLP:
 * https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/#json-formats
 */
function recordJson(record: LogRecord): string {
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, body, attributes } = record
  const { traceId, spanId, flags, eventName, droppedAttributesCount } = record
  const isObservedLater = timeUnixNano !== 0n && observedTimeUnixNano > timeUnixNano
  return plainJson({
    timestamp: isoTime(timeUnixNano || observedTimeUnixNano),
    observed_timestamp: isObservedLater ? isoTime(observedTimeUnixNano) : undefined,
    severity_text: severityText || severityName(severityNumber) || undefined,
    severity_number: severityNumber || undefined,
    body: body ?? undefined,
    event_name: eventName || undefined,
    trace_id: traceId || undefined,
    span_id: spanId || undefined,
    trace_flags: traceId === '' ? undefined : (flags & 0xff).toString(16).padStart(2, '0'),
    attributes,
    dropped_attributes_count: droppedAttributesCount || undefined,
  })
}

function originJson({ attributes }: Resource, { name, version }: Scope): string {
  return plainJson({ resource: attributes, scope: { name, version: version || undefined } }).slice(1, -1)
}

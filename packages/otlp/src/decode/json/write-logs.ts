import type { LogRecord, ResourceLogs, ScopeLogs } from '../../model.ts'
import {
  attributesJson,
  countJson,
  type Json,
  nanosJson,
  resourceJson,
  scopeJson,
  textJson,
  valueJson,
} from './write-value.ts'

/** Writes an `ExportLogsServiceRequest` in OTLP JSON, for `parseLogsJson` and any OTLP receiver. */
export function logsToJson(request: readonly ResourceLogs[]): string {
  return JSON.stringify({ resourceLogs: request.map(resourceLogsJson) })
}

function resourceLogsJson(logs: ResourceLogs): Json {
  return {
    resource: resourceJson(logs.resource),
    scopeLogs: logs.scopeLogs.map(scopeLogsJson),
    schemaUrl: textJson(logs.schemaUrl),
  }
}

function scopeLogsJson(logs: ScopeLogs): Json {
  return {
    scope: scopeJson(logs.scope),
    logRecords: logs.logRecords.map(logRecordJson),
    schemaUrl: textJson(logs.schemaUrl),
  }
}

function logRecordJson(record: LogRecord): Json {
  return {
    timeUnixNano: nanosJson(record.timeUnixNano),
    observedTimeUnixNano: nanosJson(record.observedTimeUnixNano),
    severityNumber: countJson(record.severityNumber),
    severityText: textJson(record.severityText),
    body: record.body === null ? undefined : valueJson(record.body),
    attributes: attributesJson(record.attributes),
    droppedAttributesCount: countJson(record.droppedAttributesCount),
    flags: countJson(record.flags),
    traceId: textJson(record.traceId),
    spanId: textJson(record.spanId),
    eventName: textJson(record.eventName),
  }
}

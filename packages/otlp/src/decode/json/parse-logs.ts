import type { LogRecord, ResourceLogs, ScopeLogs } from '../../model.ts'
import { type Fields, fieldsOf, idIn, listIn, smallIntIn, textIn, uint64In } from './fields.ts'
import { parseText } from './parse-text.ts'
import { attributesIn, resourceIn, scopeIn, valueIn } from './parse-value.ts'

/**
 * Parses an `ExportLogsServiceRequest` in OTLP JSON: lowerCamelCase names, ids in hex of either case, 64-bit
 * integers as strings or numbers, enums as numbers. Unknown fields are passed over.
 * Throws an {@link OtlpDecodeError} with the path of what is wrong.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function parseLogsJson(text: string | Uint8Array): ResourceLogs[] {
  return listIn(fieldsOf(parseText(text), undefined), 'resourceLogs', parseResourceLogs)
}

function parseResourceLogs(fields: Fields): ResourceLogs {
  return {
    resource: resourceIn(fields),
    schemaUrl: textIn(fields, 'schemaUrl'),
    scopeLogs: listIn(fields, 'scopeLogs', parseScopeLogs),
  }
}

function parseScopeLogs(fields: Fields): ScopeLogs {
  return {
    scope: scopeIn(fields),
    schemaUrl: textIn(fields, 'schemaUrl'),
    logRecords: listIn(fields, 'logRecords', parseLogRecord),
  }
}

function parseLogRecord(fields: Fields): LogRecord {
  return {
    timeUnixNano: uint64In(fields, 'timeUnixNano'),
    observedTimeUnixNano: uint64In(fields, 'observedTimeUnixNano'),
    severityNumber: smallIntIn(fields, 'severityNumber'),
    severityText: textIn(fields, 'severityText'),
    body: valueIn(fields, 'body', 1),
    attributes: attributesIn(fields, 'attributes'),
    droppedAttributesCount: smallIntIn(fields, 'droppedAttributesCount'),
    flags: smallIntIn(fields, 'flags'),
    traceId: idIn(fields, 'traceId'),
    spanId: idIn(fields, 'spanId'),
    eventName: textIn(fields, 'eventName'),
  }
}

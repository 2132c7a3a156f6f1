import type { LogRecord, ResourceLogs, ScopeLogs, Value } from '../model.ts'
import { emptyAttributes } from './attributes.ts'
import { Reader } from './reader.ts'
import { emptyResource, emptyScope, readResource, readScope } from './resource.ts'
import { readAttribute, readValue } from './value.ts'

/**
 * Decodes the bytes of an `ExportLogsServiceRequest` (or `LogsData`, which looks the same).
 * Unknown fields are passed over, invalid UTF-8 becomes replacement characters. An id of a wrong length is kept
 * as the hex of what came. Of two attributes with one key the last stays.
 * Throws an {@link OtlpDecodeError} when the bytes are not protobuf, or values nest deeper than 32 levels.
 */
export function decodeLogsRequest(bytes: Uint8Array): ResourceLogs[] {
  const reader = new Reader(bytes)
  const request: ResourceLogs[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) request.push(readResourceLogs(reader))
    else reader.skip(tag)
  }
  return request
}

function readResourceLogs(reader: Reader): ResourceLogs {
  const outer = reader.open()
  const result: ResourceLogs = { resource: emptyResource(), schemaUrl: '', scopeLogs: [] }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readResource(reader, result.resource)
    else if (tag === 18) result.scopeLogs.push(readScopeLogs(reader))
    else if (tag === 26) result.schemaUrl = reader.name()
    else reader.skip(tag)
  }
  reader.close(outer)
  return result
}

function readScopeLogs(reader: Reader): ScopeLogs {
  const outer = reader.open()
  const result: ScopeLogs = { scope: emptyScope(), schemaUrl: '', logRecords: [] }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readScope(reader, result.scope)
    else if (tag === 18) result.logRecords.push(readLogRecord(reader))
    else if (tag === 26) result.schemaUrl = reader.name()
    else reader.skip(tag)
  }
  reader.close(outer)
  return result
}

function readLogRecord(reader: Reader): LogRecord {
  const outer = reader.open()
  let timeUnixNano = 0n
  let observedTimeUnixNano = 0n
  let severityNumber = 0
  let severityText = ''
  let body: Value = null
  const attributes = emptyAttributes()
  let droppedAttributesCount = 0
  let flags = 0
  let traceId = ''
  let spanId = ''
  let eventName = ''
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 50) readAttribute(reader, attributes, 1)
    else if (tag === 9) timeUnixNano = reader.fixed64()
    else if (tag === 16) severityNumber = reader.int32()
    else if (tag === 26) severityText = reader.name()
    else if (tag === 42) body = readValue(reader, 1, body)
    else if (tag === 56) droppedAttributesCount = reader.uint32()
    else if (tag === 69) flags = reader.fixed32()
    else if (tag === 74) traceId = reader.traceId()
    else if (tag === 82) spanId = reader.spanId()
    else if (tag === 89) observedTimeUnixNano = reader.fixed64()
    else if (tag === 98) eventName = reader.name()
    else reader.skip(tag)
  }
  reader.close(outer)
  return {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    body,
    attributes,
    droppedAttributesCount,
    flags,
    traceId,
    spanId,
    eventName,
  }
}

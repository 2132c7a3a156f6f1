import type { LogRecord, ResourceLogs, ScopeLogs } from '../model.ts'
import { type ByteWriter, createByteWriter } from './byte-writer.ts'
import {
  writeMessage,
  writeModelAttributes,
  writeModelId,
  writeModelInt,
  writeModelResource,
  writeModelScope,
  writeModelText,
  writeModelTime,
  writeModelValue,
} from './model-value.ts'
import { writeCount, writeFixed32 } from './number.ts'

/**
 * Encodes decoded logs as an `ExportLogsServiceRequest`: whole, without limits, so that `decodeLogsRequest` gives the
 * same again. A number that is whole goes as an integer, as the model does not say which it was.
 */
export function encodeLogsRequest(request: readonly ResourceLogs[]): Buffer {
  const writer = createByteWriter()
  for (const resourceLogs of request)
    writeMessage(writer, 0x0a, () => writeResourceLogs(writer, resourceLogs))
  return writer.buffer.subarray(0, writer.position)
}

function writeResourceLogs(writer: ByteWriter, { resource, scopeLogs, schemaUrl }: ResourceLogs): void {
  writeModelResource(writer, resource)
  for (const logs of scopeLogs) writeMessage(writer, 0x12, () => writeScopeLogs(writer, logs))
  writeModelText(writer, 0x1a, schemaUrl)
}

function writeScopeLogs(writer: ByteWriter, { scope, logRecords, schemaUrl }: ScopeLogs): void {
  writeModelScope(writer, scope)
  for (const record of logRecords) writeMessage(writer, 0x12, () => writeRecord(writer, record))
  writeModelText(writer, 0x1a, schemaUrl)
}

/** opentelemetry/proto/logs/v1/logs.proto */
function writeRecord(writer: ByteWriter, record: LogRecord): void {
  writeModelTime(writer, 0x09, record.timeUnixNano)
  writeModelInt(writer, 0x10, record.severityNumber)
  writeModelText(writer, 0x1a, record.severityText)
  if (record.body !== null) writeModelValue(writer, 0x2a, record.body)
  writeModelAttributes(writer, 0x32, record.attributes)
  writeCount(writer, 0x38, record.droppedAttributesCount)
  if (record.flags !== 0) writeFixed32(writer, 0x45, record.flags)
  writeModelId(writer, 0x4a, record.traceId)
  writeModelId(writer, 0x52, record.spanId)
  writeModelTime(writer, 0x59, record.observedTimeUnixNano)
  writeModelText(writer, 0x62, record.eventName)
}

import {
  createByteWriter,
  createRedactor,
  decodeLogsRequest,
  decodeTracesRequest,
  defaultLimits,
  type EncodeLimits,
  encodeResource,
  frameRequest,
  type LogInput,
  type Redactor,
  type SpanInput,
  writeLogRecord,
  writeSpan,
} from '@clew/otlp'
import type { RedactConfig } from '../config/redact-settings.ts'

/** What is printed is what would be sent. */
export type Clean = {
  log(record: LogInput): LogInput
  span(span: SpanInput): SpanInput
  text(text: string): string
}

type Attributes = Readonly<Record<string, unknown>>

/** Loaded where redaction is asked for: most do not. */
export function createRedaction({ mode, keys, patterns, own }: RedactConfig): {
  redactor: Redactor
  clean: Clean
  /** Counted as the records are. */
  cleanResource(attributes: Attributes): Attributes
} {
  const options = { keys, patterns, own, cuts: mode === 'on' }
  const redactor = createRedactor(options)
  // Has counts of its own, so that what is printed and sent is counted once.
  const printing = createRedactor(options)
  const limits = { ...defaultLimits, redactor: printing }
  return {
    redactor,
    clean: {
      log: (record) => cleanLog(record, limits),
      span: (span) => cleanSpan(span, limits),
      text: (text) => printing.text(text),
    },
    cleanResource: (attributes) => cleanResource(attributes, redactor),
  }
}

function cleanResource(attributes: Attributes, redactor: Redactor): Attributes {
  const [sent] = decodeLogsRequest(Buffer.concat(frameRequest(encodeResource(attributes, redactor), [])))
  return sent?.resource.attributes ?? {}
}

const nothing = Buffer.alloc(0)

function cleanLog(record: LogInput, limits: EncodeLimits): LogInput {
  const request = requestOf((writer) => writeLogRecord(writer, record, limits))
  const [sent] = decodeLogsRequest(request)[0]?.scopeLogs[0]?.logRecords ?? []
  const { timeUnixMs, severityNumber } = record
  if (sent === undefined) return { timeUnixMs, severityNumber, severityText: '', body: '' }
  const { severityText, body, attributes, traceId } = sent
  return { timeUnixMs, severityNumber, severityText, body, attributes, traceId: traceId || undefined }
}

function cleanSpan(span: SpanInput, limits: EncodeLimits): SpanInput {
  const request = requestOf((writer) => writeSpan(writer, span, limits))
  const [sent] = decodeTracesRequest(request)[0]?.scopeSpans[0]?.spans ?? []
  const { traceId, spanId, traceFlags, kind, startUnixMs, endUnixMs, statusCode } = span
  const { name = '', attributes = {} } = sent ?? {}
  return { traceId, spanId, traceFlags, kind, startUnixMs, endUnixMs, statusCode, name, attributes }
}

function requestOf(write: (writer: ReturnType<typeof createByteWriter>) => void): Buffer {
  const writer = createByteWriter(1024)
  write(writer)
  const records = [{ scope: nothing, records: [writer.buffer.subarray(0, writer.position)] }]
  return Buffer.concat(frameRequest(nothing, records))
}

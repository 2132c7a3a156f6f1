import { type Attributes, bodyText, decodeLogsRequest, isoTime, type LogRecord, plainJson } from '@clew/otlp'

/** What of the settings is in a message. */
export type MessageSettings = { facility: number; maxMessageBytes: number }

/**
 * Messages by RFC 5424, one for each record of an `ExportLogsServiceRequest`; `hostname` stands for a resource without `host.name`. Throws
 * an `OtlpDecodeError` when it is none.
 */
export function syslogMessages(request: Uint8Array, settings: MessageSettings, hostname: string): Buffer[] {
  return decodeLogsRequest(request).flatMap(({ resource: { attributes }, scopeLogs }) => {
    const origin = originOf(attributes, hostname)
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => cut(messageOf(record, origin, settings.facility), settings.maxMessageBytes)),
    )
  })
}

/** HOSTNAME, APP-NAME and PROCID. */
function originOf(resource: Attributes, hostname: string): string {
  const host = headerOf(resource['host.name'] ?? hostname, 255)
  return `${host} ${headerOf(resource['service.name'], 48)} ${headerOf(resource['process.pid'], 128)}`
}

function messageOf(record: LogRecord, origin: string, facility: number): string {
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, eventName, body, attributes } =
    record
  const priority = facility * 8 + syslogSeverity(severityNumber, severityText)
  // Six digits of a second are allowed.
  const time = isoTime(timeUnixNano || observedTimeUnixNano).replace(/(\.\d{6})\d+Z$/, '$1Z')
  const fields = Object.keys(attributes).length === 0 ? '' : ` ${plainJson(attributes)}`
  const header = `<${priority}>1 ${time} ${origin} ${headerOf(eventName, 32)}`
  return `${header} ${traceContextOf(record)} ${bodyText(body)}${fields}`
}

/** https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/#syslog-rfc5424 */
function traceContextOf({ traceId, spanId, flags }: LogRecord): string {
  if (traceId === '') return '-'
  const span = spanId === '' ? '' : ` span_id="${spanId}"`
  return `[opentelemetry trace_id="${traceId}"${span} trace_flags="${(flags & 0xff).toString(16).padStart(2, '0')}"]`
}

/**
 * The specification's table of severities, read backwards (logs/data-model-appendix). A service that ends is not the system that is
 * unusable, of which servers tell every terminal: FATAL is critical, unless its logger spoke of an emergency.
 */
export function syslogSeverity(severityNumber: number, severityText: string): number {
  if (severityNumber >= 21) return /^(emerg|panic)/i.test(severityText) ? 0 : 2
  if (severityNumber >= 19) return 1
  if (severityNumber === 18) return 2
  if (severityNumber === 17) return 3
  if (severityNumber >= 13) return 4
  if (severityNumber >= 10) return 5
  return severityNumber === 9 || severityNumber === 0 ? 6 : 7
}

/** PRINTUSASCII of at most so many characters, or the NILVALUE. */
function headerOf(value: unknown, length: number): string {
  const text = value === undefined || value === null ? '' : String(value)
  return text.replace(/[^!-~]/g, '_').slice(0, length) || '-'
}

const mark = Buffer.from('…')

/** Between two code points. */
function cut(message: string, maxBytes: number): Buffer {
  const bytes = Buffer.from(message)
  if (bytes.length <= maxBytes) return bytes
  let end = maxBytes - mark.length
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return Buffer.concat([bytes.subarray(0, end), mark])
}

import { type Attributes, bandOf, bodyText, decodeLogsRequest, type LogRecord, plainJson } from '@clew/otlp'
import { isTrace, type KafkaMessage } from './trace-messages.ts'

/** What stands behind a record that was made here: which service, host and environment. */
const resourceFields = [
  ['host', 'host.name'],
  ['env', 'deployment.environment.name'],
] as const

/** A flat object for each record. Throws an `OtlpDecodeError`. */
export function flatMessages(request: Uint8Array): KafkaMessage[] {
  return decodeLogsRequest(request).flatMap(({ resource: { attributes }, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => ({
        key: isTrace(record.traceId) ? Buffer.from(record.traceId) : undefined,
        value: Buffer.from(plainJson(flatten(record, attributes))),
      })),
    ),
  )
}

/**
 * The fields that consumers know by name, and the record's attributes beside them. An attribute with one of those names stands
 * as `attributes.<name>`: it must not pose as the field.
 */
function flatten(record: LogRecord, resource: Attributes): Record<string, unknown> {
  const { timeUnixNano, severityNumber, body, eventName, traceId, spanId, attributes } = record
  const known: Record<string, unknown> = {
    ts: new Date(Number(timeUnixNano / 1_000_000n)).toISOString(),
    level: bandOf(severityNumber),
    service: resource['service.name'],
    message: bodyText(body),
    event: eventName || undefined,
    trace_id: isTrace(traceId) ? traceId : undefined,
    span_id: isTrace(traceId) ? spanId : undefined,
    ...Object.fromEntries(resourceFields.map(([name, key]) => [name, resource[key]])),
  }
  const others = Object.entries(attributes).map(([key, value]) => [
    Object.hasOwn(known, key) ? `attributes.${key}` : key,
    value,
  ])
  return { ...known, ...Object.fromEntries(others) }
}

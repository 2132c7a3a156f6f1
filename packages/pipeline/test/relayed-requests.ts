import { encodeLogsRequest, type LogRecord, type ResourceLogs } from '@clew/otlp'

const emptyRecord: LogRecord = {
  timeUnixNano: 1_795_474_426_304_000_123n,
  observedTimeUnixNano: 0n,
  severityNumber: 9,
  severityText: 'INFO',
  body: '',
  attributes: {},
  droppedAttributesCount: 0,
  flags: 0,
  traceId: '',
  spanId: '',
  eventName: '',
}

/** Logs of two services, each with one scope and schema URLs, whose bodies are the given texts in turns. */
export function logsOf(texts: readonly string[]): ResourceLogs[] {
  return ['orders', 'payments'].map((service, turn) => ({
    resource: { attributes: { 'service.name': service }, droppedAttributesCount: 0 },
    schemaUrl: `https://opentelemetry.io/schemas/1.3${turn}.0`,
    scopeLogs: [
      {
        scope: { name: `${service}-logger`, version: '2', attributes: {}, droppedAttributesCount: 0 },
        schemaUrl: 'https://opentelemetry.io/schemas/1.20.0',
        logRecords: texts.filter((_, at) => at % 2 === turn).map((body) => ({ ...emptyRecord, body })),
      },
    ],
  }))
}

export function logsRequest(texts: readonly string[]): Buffer {
  return encodeLogsRequest(logsOf(texts))
}

export function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => `record ${from + at}`)
}

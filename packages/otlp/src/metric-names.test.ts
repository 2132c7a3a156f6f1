import { expect, test } from 'vitest'
import { prometheusName } from './metric-names.ts'

test('a metric of OpenTelemetry has its unit and, as a counter, _total behind its name; a name of Prometheus stays', () => {
  const names = [
    ['otel.sdk.log.created', 'counter', '{log_record}', 'otel_sdk_log_created_total'],
    ['otel.sdk.processor.log.queue.size', 'updown', '{log_record}', 'otel_sdk_processor_log_queue_size'],
    [
      'otel.sdk.exporter.operation.duration',
      'histogram',
      's',
      'otel_sdk_exporter_operation_duration_seconds',
    ],
    ['clew.queue.usage', 'updown', 'By', 'clew_queue_usage_bytes'],
    ['clew.hold.seconds', 'gauge', 's', 'clew_hold_seconds'],
    ['sent', 'counter', 'By', 'sent_bytes_total'],
    ['sent_bytes_total', 'counter', 'By', 'sent_bytes_total'],
    ['log_events_total', 'counter', '', 'log_events_total'],
  ] as const
  expect(names.map(([name, kind, unit]) => prometheusName(name, kind, unit))).toEqual(
    names.map((one) => one[3]),
  )
})

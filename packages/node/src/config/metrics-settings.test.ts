import { expect, test } from 'vitest'
import { plainEndpoint, read } from '../../test/config-rig.ts'

test('metrics are sent where OTEL_METRICS_EXPORTER says so, by the common settings of OTLP under their own', () => {
  const { config, problems } = read({
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTEL_METRIC_EXPORT_TIMEOUT: '3000',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=2',
  })
  expect([config.metrics, problems]).toEqual([
    {
      endpoint: { ...plainEndpoint('metrics'), headers: { a: '1', b: '2' }, timeoutMs: 3000 },
      intervalMs: 5000,
    },
    [],
  ])
})

test('what cannot be with metrics is told, each with what is in force', () => {
  const { config, problems } = read({
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_METRIC_EXPORT_INTERVAL: '0',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
  })
  expect([config.metrics, problems.map((problem) => problem.replace(/:.*in force/, ': … in force'))]).toEqual(
    [
      { endpoint: undefined, intervalMs: 60_000 },
      [
        'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: … in force: cumulative',
        'OTEL_METRIC_EXPORT_INTERVAL: … in force: 60s',
        'OTEL_METRICS_EXPORTER: … in force: none',
      ],
    ],
  )
})

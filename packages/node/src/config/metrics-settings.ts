import type { Endpoint } from '@clew/pipeline'
import { parseChoice, parseList, parsePositive } from '@clew/settings'
import { type ReadFile, readEndpoint } from './endpoint.ts'
import type { Reader } from './reader.ts'
import { parseDelay, type Setting, setting } from './setting.ts'

/** Where the metrics of this process go, and how often. */
export type MetricsConfig = {
  /** Undefined: not sent. */
  endpoint: Endpoint | undefined
  intervalMs: number
}

type Exporter = 'otlp' | 'none'

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#periodic-exporting-metricreader */
export const metricsSettings: {
  exporter: Setting<readonly Exporter[]>
  interval: Setting<number>
  timeout: Setting<number>
  temporality: Setting<string>
  histograms: Setting<string>
} = {
  exporter: {
    env: 'OTEL_METRICS_EXPORTER',
    yaml: 'metrics.exporter',
    parse: parseList<Exporter>(['otlp', 'none']),
    default: ['none'],
    shown: 'none',
    about:
      'Where the metrics of this process go, of its telemetry and its alerts: otlp or none. What the application measures itself is not among them.',
  },
  interval: setting({
    env: 'OTEL_METRIC_EXPORT_INTERVAL',
    yaml: 'metrics.interval',
    parse: parsePositive(parseDelay),
    default: 60_000,
    shown: '60s',
    about: 'How often they are sent; at the end of the process once more.',
  }),
  timeout: setting({
    env: 'OTEL_METRIC_EXPORT_TIMEOUT',
    yaml: 'metrics.exportTimeout',
    parse: parsePositive(parseDelay),
    default: 30_000,
    shown: '30s',
    about: 'How long one request with metrics may take, if that of OTLP is not shorter.',
  }),
  temporality: setting({
    env: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    yaml: 'metrics.temporality',
    parse: parseChoice(['cumulative']),
    default: 'cumulative',
    about: 'Counts are those since the start: cumulative alone.',
  }),
  histograms: setting({
    env: 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    yaml: 'metrics.histograms',
    parse: parseChoice(['explicit_bucket_histogram']),
    default: 'explicit_bucket_histogram',
    about: 'Histograms have the buckets of durations of HTTP: explicit_bucket_histogram alone.',
  }),
}

export function readMetrics(reader: Reader, readFile: ReadFile): MetricsConfig {
  const { read } = reader
  // What cannot be is told.
  read(metricsSettings.temporality)
  read(metricsSettings.histograms)
  const intervalMs = read(metricsSettings.interval)
  if (!read(metricsSettings.exporter).includes('otlp')) return { endpoint: undefined, intervalMs }
  const endpoint = readEndpoint(reader, 'metrics', readFile)
  const timeoutMs = Math.min(endpoint.timeoutMs, read(metricsSettings.timeout))
  return { endpoint: { ...endpoint, timeoutMs }, intervalMs }
}

import { DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { MetricPage, MetricSeries } from '../api/index.ts'
import { type RunningDesk, send, startDesk } from './running-desk.ts'

let desk: RunningDesk
const said: string[] = []
beforeAll(async () => {
  desk = await startDesk({ grpcPort: 0 })
  const note = (message: string): void => void said.push(message)
  const logger = { error: note, warn: note, info() {}, debug() {}, verbose() {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
})
afterAll(async () => {
  diag.disable()
  await desk.close()
})
afterEach(() => send(desk.url, '/api/data', { method: 'DELETE' }))

async function get<T>(path: string): Promise<T> {
  const { status, body } = await send(desk.url, path)
  expect(status).toBe(200)
  return JSON.parse(body) as T
}

/** A busy machine is no failure of ours. */
const timeoutMillis = 60_000

type Make = (temporalityPreference: AggregationTemporality) => PushMetricExporter
const { CUMULATIVE, DELTA } = AggregationTemporality
const exporters: [string, Make][] = [
  [
    'http/protobuf',
    (of) => new ProtobufExporter({ url: `${desk.url}/v1/metrics`, temporalityPreference: of, timeoutMillis }),
  ],
  [
    'http/json',
    (of) => new JsonExporter({ url: `${desk.url}/v1/metrics`, temporalityPreference: of, timeoutMillis }),
  ],
  ['grpc', (of) => new GrpcExporter({ url: desk.grpc!, temporalityPreference: of, timeoutMillis })],
]
const ways = exporters.flatMap(([name, make]) =>
  [CUMULATIVE, DELTA].map((temporality) => ({
    name,
    make,
    temporality,
    of: AggregationTemporality[temporality],
  })),
)

test.each(ways)(
  "metrics of OpenTelemetry's SDK over $name, $of, are taken without a word and shown",
  async ({ make, temporality }) => {
    said.length = 0
    const reader = new PeriodicExportingMetricReader({
      exporter: make(temporality),
      exportIntervalMillis: 3_600_000,
      exportTimeoutMillis: timeoutMillis,
    })
    const exponential = { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: {} } as const
    const provider = new MeterProvider({
      readers: [reader],
      views: [{ instrumentName: 'exp', aggregation: exponential }],
    })
    const meter = provider.getMeter('test')
    const counter = meter.createCounter('requests', { unit: '{request}' })
    const open = meter.createUpDownCounter('open')
    const level = meter.createGauge('level', { unit: 'By' })
    const times = meter.createHistogram('times', {
      unit: 'ms',
      advice: { explicitBucketBoundaries: [10, 20, 40] },
    })
    const exp = meter.createHistogram('exp', { unit: 's' })
    for (const round of [1, 2]) {
      counter.add(10 * round, { route: '/a' })
      open.add(round === 1 ? 5 : -2)
      level.record(100 * round)
      for (const time of [5, 15, 15, 30]) times.record(time * round)
      for (const seconds of [0.001, 0.5, 2]) exp.record(seconds)
      await provider.forceFlush()
    }
    await provider.shutdown()
    const { metrics, points, notKept } = await get<MetricPage>('/api/metrics')
    expect(metrics.map(({ key, total, unit, series }) => ({ key, total, unit, series }))).toEqual([
      { key: 'exp histogram s', total: 6, unit: 's', series: 1 },
      { key: 'level gauge By', total: 200, unit: 'By', series: 1 },
      { key: 'open sum', total: 3, unit: '', series: 1 },
      { key: 'requests counter {request}', total: 30, unit: '{request}', series: 1 },
      { key: 'times histogram ms', total: 8, unit: 'ms', series: 1 },
    ])
    expect([points >= 10, notKept, said, desk.errors]).toEqual([true, 0, [], []])
    const seriesOf = async (key: string): Promise<MetricSeries['series'][number]> =>
      (await get<MetricSeries>(`/api/metrics/series?metric=${encodeURIComponent(key)}`)).series[0]!
    expect((await seriesOf('level gauge By')).values.slice(0, 2)).toEqual([100, 200])
    expect((await seriesOf('open sum')).values.slice(0, 2)).toEqual([5, 3])
    const shown = await seriesOf('times histogram ms')
    expect(shown.values).toEqual([16.25, 32.5])
    // Of [10, 30, 30, 60] the highest is in the last bucket, which has no end.
    expect(shown.highs).toEqual([36, 40])
    const { attributes, values } = await seriesOf('requests counter {request}')
    expect([attributes, values.every((value) => value! >= 0)]).toEqual(['route=/a', true])
  },
)

const point = (more: object): object => ({ timeUnixNano: String(1_764_000_000_000_000_000n), ...more })

async function sendMetrics(metrics: readonly object[], resource: object = {}): Promise<number> {
  const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] })
  const headers = { 'content-type': 'application/json' }
  const reply = await send(desk.url, '/v1/metrics', { method: 'POST', headers, body })
  return reply.body === '{}' ? reply.status : -reply.status
}

test('an exemplar links into its chain, a summary has its quantile, and a point without a value is passed over', async () => {
  const exemplar = {
    timeUnixNano: '1764000000000000000',
    asDouble: 0.3,
    traceId: 'ab'.repeat(16),
    spanId: 'cd'.repeat(8),
  }
  const histogram = { count: '1', sum: 0.3, bucketCounts: ['0', '1'], explicitBounds: [0.1] }
  const sent = await sendMetrics([
    {
      name: 'h',
      histogram: { aggregationTemporality: 2, dataPoints: [point({ ...histogram, exemplars: [exemplar] })] },
    },
    {
      name: 's',
      summary: {
        dataPoints: [
          point({
            count: '4',
            sum: 8,
            quantileValues: [
              { quantile: 0.99, value: 5 },
              { quantile: 0.5, value: 1 },
            ],
          }),
        ],
      },
    },
    { name: 'ended', gauge: { dataPoints: [point({ flags: 1 })] } },
  ])
  expect(sent).toBe(200)
  const { metrics } = await get<MetricPage>('/api/metrics')
  expect(metrics.map(({ name, value, high }) => [name, value, high])).toEqual([
    ['h', 0.3, 0.1],
    ['s', 2, 5],
  ])
  const { series } = await get<MetricSeries>('/api/metrics/series?metric=h%20histogram')
  expect(series[0]!.exemplars).toEqual([
    { unixMs: 1_764_000_000_000, value: 0.3, traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
  ])
})

test('series beyond the limits are counted and not kept, and what is deleted is gone', async () => {
  const gauge = (metric: number): object => ({
    name: `m${metric}`,
    gauge: {
      dataPoints: Array.from({ length: 201 }, (_, at) =>
        point({ asInt: at, attributes: [{ key: 'at', value: { intValue: at } }] }),
      ),
    },
  })
  expect(await sendMetrics(Array.from({ length: 11 }, (_, metric) => gauge(metric)))).toBe(200)
  const full = await get<MetricPage>('/api/metrics')
  expect(full).toMatchObject({ series: 2000, maxSeries: 2000, points: 11 * 201, notKept: 11 * 201 - 2000 })
  expect(full.metrics.length).toBe(10)
  await send(desk.url, '/api/data', { method: 'DELETE' })
  expect(await get<MetricPage>('/api/metrics')).toMatchObject({ metrics: [], series: 0, points: 0 })
})

test('what is no request of metrics is refused with its place', async () => {
  const headers = { 'content-type': 'application/json' }
  const { status, body } = await send(desk.url, '/v1/metrics', {
    method: 'POST',
    headers,
    body: '{"resourceMetrics":5}',
  })
  expect([status, JSON.parse(body)]).toEqual([
    400,
    { code: 3, message: 'OTLP, resourceMetrics: must be an array' },
  ])
  expect((await send(desk.url, '/api/metrics/series?metric=x')).status).toBe(404)
})

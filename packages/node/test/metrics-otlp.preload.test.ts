import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NumberPoint, type OtlpMetric, parseMetricsJson, type ResourceMetrics } from '@clew/otlp'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Collector, startCollector } from '../../../scripts/collector.ts'
import { hasGo } from '../../../scripts/go.ts'
import { freePort } from '../../../scripts/services.ts'
import { type AppProcess, killApps, preload, startApp } from './app-process.ts'

const canBuild = hasGo()
if (!canBuild && process.env.CI)
  throw new Error('the Collector is built by Go, which is not here: install go 1.26')
if (!canBuild) console.log('no Go: metrics are not read by a Collector (install go 1.26)')

const folder = mkdtempSync(join(tmpdir(), 'clew-metrics-'))
const out = join(folder, 'out.jsonl')
let receiver: OtlpReceiver
let collector: Collector
let [httpPort, grpcPort] = [0, 0]

beforeAll(async () => {
  if (!canBuild) return
  receiver = await startOtlpReceiver()
  ;[httpPort, grpcPort] = [await freePort(), await freePort()]
  const protocols = {
    http: { endpoint: `127.0.0.1:${httpPort}` },
    grpc: { endpoint: `127.0.0.1:${grpcPort}` },
  }
  collector = await startCollector({
    receivers: { otlp: { protocols } },
    exporters: { file: { path: out, flush_interval: '50ms' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { metrics: { receivers: ['otlp'], exporters: ['file'] } },
    },
  })
}, 900_000)
afterAll(async () => {
  killApps()
  if (canBuild) await Promise.all([collector.stop(), receiver.close()])
  rmSync(folder, { recursive: true })
})

type App = AppProcess & { get(path: string): Promise<string>; name: string }
let made = 0

async function start(env: NodeJS.ProcessEnv): Promise<App> {
  const name = `metrics-${++made}`
  const app = await startApp({
    cwd: join(import.meta.dirname, 'fixtures/metrics'),
    args: [...preload, 'app.cjs'],
    env: {
      ...{ CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: name },
      ...{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '600000' },
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${httpPort}/v1/metrics`,
      ...env,
    },
  })
  const port = await app.waitForLine(() => true)
  const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  return Object.assign(app, { get, name })
}

/** What the Collector has got of a service, the oldest first. */
function requestsOf(name: string): ResourceMetrics[] {
  const text = existsSync(out) ? readFileSync(out, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .flatMap((line) => (line === '' ? [] : parseMetricsJson(line)))
    .filter(({ resource }) => resource.attributes['service.name'] === name)
}

async function lastOf({ name }: App): Promise<readonly OtlpMetric[]> {
  await expect.poll(() => requestsOf(name).length, { timeout: 30_000 }).toBeGreaterThan(0)
  return requestsOf(name).at(-1)!.scopeMetrics[0]!.metrics
}

/** Kind, unit, and what tells one value from another. */
function shapeOf({ name, unit, gauge, sum, histogram }: OtlpMetric): string {
  const kind = gauge ? 'gauge' : histogram ? 'histogram' : sum!.isMonotonic ? 'counter' : 'updown'
  return `${name} ${kind} ${unit}`
}

function valuesOf(metrics: readonly OtlpMetric[], name: string): Record<string, number> {
  const points = metrics.find((metric) => metric.name === name)?.sum?.dataPoints ?? []
  const values = points.map((point): [string, number] => [keyOf(point), Number(point.asInt)])
  return Object.fromEntries(values)
}

function keyOf({ attributes }: NumberPoint): string {
  const { 'error.type': error, 'otel.component.name': component, ...others } = attributes
  return [component, error, ...Object.values(others).filter((value) => typeof value !== 'string')].join(' ')
}

const signalShapes = (word: string, unit: string): string[] => [
  `otel.sdk.processor.${word}.processed counter ${unit}`,
  `otel.sdk.processor.${word}.queue.size updown ${unit}`,
  `otel.sdk.exporter.${word}.exported counter ${unit}`,
  `otel.sdk.exporter.${word}.inflight updown ${unit}`,
  `clew.${word}.spooled counter ${unit}`,
  `clew.${word}.replayed counter ${unit}`,
  `clew.${word}.expired counter ${unit}`,
]
const shapes = [
  'otel.sdk.log.created counter {log_record}',
  'otel.sdk.span.started counter {span}',
  'otel.sdk.span.live updown {span}',
  ...signalShapes('log', '{log_record}'),
  ...signalShapes('span', '{span}'),
  'otel.sdk.exporter.operation.duration histogram s',
  ...['queue', 'spool'].flatMap((what) => [`clew.${what}.usage updown By`, `clew.${what}.limit updown By`]),
]

test.skipIf(!canBuild).each([
  ['http/protobuf', () => ({})],
  ['http/json', () => ({ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' })],
  [
    'grpc',
    () => ({
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${grpcPort}`,
    }),
  ],
])(
  'over %s a Collector has each metric at the end of the process, with its kind and unit, and all records in it',
  async (_, env) => {
    const app = await start(env())
    for (let n = 0; n < 3; n++) await app.get('/')
    await app.get('/end')
    expect(await app.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    const metrics = await lastOf(app)
    expect(metrics.map(shapeOf)).toEqual(shapes)
    const [port, spans] = [Number(new URL(receiver.url).port), 4]
    expect([
      valuesOf(metrics, 'otel.sdk.log.created'),
      valuesOf(metrics, 'otel.sdk.processor.log.processed'),
      valuesOf(metrics, 'otel.sdk.processor.log.queue.size'),
      valuesOf(metrics, 'otel.sdk.exporter.log.exported'),
      valuesOf(metrics, 'otel.sdk.exporter.span.exported'),
    ]).toEqual([
      { ' ': 9 },
      { 'batching_log_processor/otlp ': 9, 'batching_log_processor/otlp queue_full': 0 },
      { 'batching_log_processor/otlp ': 0 },
      { [`otlp_http_log_exporter/0  ${port}`]: 9 },
      { [`otlp_http_span_exporter/0  ${port}`]: spans },
    ])
  },
)

test.skipIf(!canBuild)(
  'they come regularly, each with all since the start, from one resource and scope',
  async () => {
    const app = await start({ OTEL_METRIC_EXPORT_INTERVAL: '100' })
    await app.get('/')
    await expect.poll(() => requestsOf(app.name).length, { timeout: 30_000 }).toBeGreaterThan(3)
    await app.get('/end')
    await app.ended
    const pointOf = ({ scopeMetrics }: ResourceMetrics): NumberPoint =>
      scopeMetrics[0]!.metrics[0]!.sum!.dataPoints[0]!
    await expect.poll(() => pointOf(requestsOf(app.name).at(-1)!).asInt, { timeout: 30_000 }).toBe(3)
    const requests = requestsOf(app.name)
    const points = requests.map(pointOf)
    const times = points.map(({ timeUnixNano }) => timeUnixNano)
    expect(times).toEqual(times.toSorted((a, b) => Number(a - b)))
    expect(new Set(points.map(({ startTimeUnixNano }) => startTimeUnixNano)).size).toBe(1)
    expect(points[0]!.startTimeUnixNano <= times[0]!).toBe(true)
    expect(points.at(-1)!.asInt).toBe(3)
    expect(requests[0]!.scopeMetrics[0]!.scope.name).toBe('@clew/node')
    const instances = requests.map(({ resource }) => resource.attributes['service.instance.id'])
    expect([new Set(instances).size, typeof instances[0]]).toEqual([1, 'string'])
  },
)

test.skipIf(!canBuild)(
  'SIGTERM sends what was counted last; with OTEL_METRICS_EXPORTER unset nothing is sent',
  async () => {
    const silent = await start({ OTEL_METRICS_EXPORTER: '' })
    await silent.get('/')
    await silent.get('/end')
    expect((await silent.ended).code).toBe(0)
    const app = await start({})
    await app.get('/')
    app.kill('SIGTERM')
    await app.ended
    expect(valuesOf(await lastOf(app), 'otel.sdk.log.created')).toEqual({ ' ': 3 })
    expect(requestsOf(silent.name)).toEqual([])
  },
)

test.skipIf(!canBuild)(
  'a receiver that is away is said once, holds nobody up, and costs no record',
  async () => {
    const app = await start({
      ...{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:1/v1/metrics' },
      OTEL_METRIC_EXPORT_INTERVAL: '50',
    })
    const before = receiver.logs.length
    await app.get('/')
    await receiver.waitForLogs((logs) => logs.length === before + 3, 30_000)
    await app.waitForStderr('CLEW_EXPORT_FAILED')
    await app.get('/end')
    const { code, stderr } = await app.ended
    expect([code, stderr.split('\n').map((line) => line.replace(/ before \d+/, ' before some'))]).toEqual([
      0,
      [
        '[clew] CLEW_EXPORT_FAILED: cannot send metrics to http://127.0.0.1:1/v1/metrics: connect ECONNREFUSED 127.0.0.1:1; they wait and are sent again. Start the receiver or set OTEL_EXPORTER_OTLP_ENDPOINT',
        '[clew] CLEW_RECORDS_LOST: the process ends before some metrics records could reach http://127.0.0.1:1/v1/metrics: connect ECONNREFUSED 127.0.0.1:1. Metrics are not kept on disk',
        '',
      ],
    ])
  },
)

test.skipIf(!canBuild)(
  'with rules, storms, a hold and a receiver that is away each record is in one count of the way that it took',
  async () => {
    const name = `metrics-${++made}`
    const app = await startApp({
      args: [...preload, 'keep/app.cjs'],
      env: {
        ...{ CLEW_QUIET: '1', OTEL_SERVICE_NAME: name, OTEL_METRICS_EXPORTER: 'otlp' },
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${httpPort}/v1/metrics`,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `http://127.0.0.1:${await freePort()}/v1/logs`,
        ...{ CLEW_KEEP: '<=info=20%', CLEW_KEEP_STORM: '5/5', CLEW_KEEP_RELEASES: '3' },
      },
    })
    const { ready } = JSON.parse(await app.waitForLine((line) => line.includes('"ready"')))
    const paths = Array.from({ length: 240 }, (_, at) => ['fine', 'fails', 'logs', 'kept'][at % 4]!)
    for (const path of paths) await fetch(`http://127.0.0.1:${ready}/${path}`)
    app.kill('SIGTERM')
    expect((await app.ended).code).toBe(0)
    const last = (): readonly OtlpMetric[] => requestsOf(name).at(-1)?.scopeMetrics[0]?.metrics ?? []
    const isSpooled = (): boolean =>
      Object.values(valuesOf(last(), 'clew.log.spooled')).some((count) => count > 0)
    await expect.poll(isSpooled, { timeout: 30_000 }).toBe(true)
    const metrics = last()
    const points = (metric: string): readonly NumberPoint[] =>
      metrics.find((one) => one.name === metric)?.sum?.dataPoints ?? []
    const sum = (metric: string, wanted: (point: NumberPoint) => boolean = () => true): number =>
      points(metric)
        .filter(wanted)
        .reduce((total, { asInt }) => total + Number(asInt), 0)
    const isFor = (reason: string) => (point: NumberPoint) => point.attributes.reason === reason
    const hasFailed = ({ attributes }: NumberPoint): boolean => 'error.type' in attributes
    const log = {
      created: sum('otel.sdk.log.created'),
      kept: sum('clew.log.kept'),
      summaries: sum('clew.log.summaries'),
      held: sum('clew.hold.held'),
      notHeld: sum('clew.hold.dropped', isFor('not_held')),
      released: sum('clew.hold.released'),
      gone: sum('clew.hold.dropped', (point) => !isFor('not_held')(point)),
      waiting: sum('clew.hold.records'),
      notes: sum('clew.log.notes'),
    }
    expect(log.created).toBe(3 * paths.length)
    expect(sum('clew.keep.rule')).toBe(log.created)
    expect(log.kept + log.held + log.notHeld).toBe(log.created + log.summaries)
    expect(log.released + log.gone + log.waiting).toBe(log.held)
    for (const some of [log.kept, log.released, log.waiting, sum('clew.log.collapsed')])
      expect(some).toBeGreaterThan(0)
    // All spans are sampled, so that what left is log records; nobody took them, so that they lie on disk.
    expect(sum('clew.log.spooled')).toBe(log.kept + log.released + log.notes)
    for (const metric of ['otel.sdk.exporter.log.exported', 'otel.sdk.processor.log.queue.size'])
      expect([metric, sum(metric)]).toEqual([metric, 0])
    expect(sum('otel.sdk.processor.log.processed', hasFailed)).toBe(0)
    const spans = sum('otel.sdk.span.started')
    expect([spans, sum('clew.span.kept'), sum('otel.sdk.exporter.span.exported')]).toEqual([
      paths.length,
      paths.length,
      paths.length,
    ])
  },
)

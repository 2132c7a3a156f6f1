import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import { type AppProcess, killApps, preload, startApp } from './app-process.ts'

let receiver: OtlpReceiver

beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())
afterAll(killApps)

/** The application, and how one asks it. */
async function start(env: NodeJS.ProcessEnv): Promise<AppProcess & { get(path: string): Promise<string> }> {
  const app = await startApp({
    cwd: join(import.meta.dirname, 'fixtures/metrics'),
    args: [...preload, 'app.cjs'],
    env: { CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env },
  })
  const port = await app.waitForLine(() => true)
  const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  return Object.assign(app, { get })
}

/** Samples that are not 0, without the numbers of bytes and the time of exemplars. */
function samplesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('log_events_total') && !line.endsWith(' 0'))
    .map((line) => line.replace(/ 1 [\d.]+$/, ''))
}

const fine = { code: 0, signal: null, stderr: '' }
const labels = (module: string, level: string): string =>
  `log_events_total{service="metrics-app",module="${module}",level="${level}"}`

test('with rules of what is kept it shows how many records fell under each, and what waited and left', async () => {
  const port = await freePort()
  const app = await start({ CLEW_PROMETHEUS_PORT: String(port), CLEW_KEEP: '0' })
  await app.get('/')
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const keeping =
    /^clew_(keep|chain|log_(kept|collapsed|summaries|notes)|span_kept|hold_(held|rel|dropped|rec|chains|usage))/
  expect(text.split('\n').filter((line) => keeping.test(line))).toEqual([
    'clew_keep_rule_total{rule="<=info"} 1',
    'clew_keep_rule_total{rule="default"} 2',
    'clew_log_kept_total 2',
    'clew_log_collapsed_total 0',
    'clew_log_summaries_total 0',
    'clew_log_notes_total 0',
    'clew_span_kept_total 1',
    'clew_hold_held_total 1',
    'clew_hold_released_total 1',
    ...['not_held', 'expired', 'evicted', 'cut', 'too_large'].map(
      (reason) => `clew_hold_dropped_total{reason="${reason}"} 0`,
    ),
    ...Object.entries({ own: 1, trusted: 0, outside: 0, refused: 0 }).map(
      ([source, count]) => `clew_chain_kept_total{source="${source}"} ${count}`,
    ),
    'clew_hold_records 0',
    'clew_hold_chains 0',
    'clew_hold_usage_bytes 0',
  ])
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  expect(checked).toMatchObject({ status: 0, stdout: '', stderr: '' })
  await app.get('/end')
  expect(await app.ended).toMatchObject(fine)
})

test('the package is found, and shows what is logged; reading it makes no span and keeps no process alive', async () => {
  const port = await freePort()
  const app = await start({ CLEW_PROMETHEUS_PORT: String(port) })
  await app.get('/')
  const [span] = await receiver.waitForSpans((spans) => spans.length === 1, 30_000)
  const accept = 'application/openmetrics-text'
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })
  const text = await response.text()
  const exemplar = ` # {trace_id="${span!.traceId}",span_id="${span!.spanId}"}`
  expect(samplesOf(text)).toEqual([
    `${labels('payments', 'info')} 1`,
    `${labels('payments', 'error')} 1${exemplar}`,
    `${labels('a library', 'warn')} 1${exemplar}`,
  ])
  expect(text).toContain('\notel_sdk_log_created_total 3\n')
  const duration =
    /^traces_span_metrics_duration_seconds_bucket\{(.*),le="\S+"\} 1( # \{.*\}) [\d.]+ [\d.]+$/m
  expect(duration.exec(text)?.slice(1)).toEqual([
    'service_name="metrics-app",span_name="GET",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_UNSET"',
    exemplar,
  ])
  expect(text).toContain(
    '\notel_sdk_processor_log_processed_total{otel_component_name="batching_log_processor/otlp",otel_component_type="batching_log_processor",error_type="queue_full"} 0\n',
  )
  expect(text).toContain(`\nclew_queue_limit_bytes ${64 * 2 ** 20}\n`)
  const input = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  expect(checked).toMatchObject({ status: 0, stdout: '', stderr: '' })
  await app.get('/end')
  expect(await app.ended).toMatchObject(fine)
  expect(receiver.spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/', '/end'])
})

test('through prom-client the metrics are in the registry of the application, and no port is opened', async () => {
  const port = await freePort()
  const app = await start({ CLEW_PROMETHEUS_PORT: String(port), CLEW_PROMETHEUS_REGISTRY: 'prom-client' })
  // prom-client is loaded by the first reading.
  await app.get('/')
  const text = await app.get('/registry')
  expect(samplesOf(text)).toEqual([
    `${labels('payments', 'info')} 1`,
    `${labels('payments', 'error')} 1`,
    `${labels('a library', 'warn')} 1`,
  ])
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow()
  await app.get('/end')
  expect(await app.ended).toMatchObject(fine)
})

test('a port that is taken is one line, and the application runs on', async () => {
  const { port } = new URL(receiver.url)
  const app = await start({ CLEW_PROMETHEUS_PORT: port })
  await app.get('/')
  await app.get('/end')
  expect(await app.ended).toMatchObject({
    ...fine,
    stderr: `[clew] CLEW_METRICS_PORT: metrics cannot be shown on 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}; set CLEW_PROMETHEUS_PORT to a free port, or CLEW_DISABLE=prometheus\n`,
  })
})

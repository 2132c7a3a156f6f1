import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { freePort, startRedis } from '../../../scripts/services.ts'
import { type AppProcess, killApps, preload, runApp, startApp } from './app-process.ts'
import { createApplication } from './application.ts'

const cwd = join(import.meta.dirname, 'fixtures/alerts')
const messages: string[] = []
/** Shaped like the WeCom group bot: an answer of 200 with a code in its body. */
const bot = createServer(async (request, response) => {
  const { msgtype, markdown_v2 } = JSON.parse(await text(request)) as Record<string, { content: string }>
  messages.push(String(markdown_v2?.content ?? msgtype))
  response.setHeader('content-type', 'application/json').end('{"errcode":0,"errmsg":"ok"}')
}).listen(0, '127.0.0.1')
await once(bot, 'listening')
const botUrl = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/cgi-bin/webhook/send?key=k`

let receiver: OtlpReceiver
const folder = mkdtempSync(join(tmpdir(), 'clew-alerts-'))
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  messages.length = 0
  await receiver.close()
})
afterAll(() => {
  killApps()
  bot.close()
  rmSync(folder, { recursive: true })
})

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...{ CLEW_QUIET: '1', CLEW_ALERTS: 'alerts.yaml', WECOM_URL: botUrl },
  ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more },
})

async function start(more?: NodeJS.ProcessEnv): Promise<AppProcess & { get(path: string): Promise<string> }> {
  const app = await startApp({ cwd, args: [...preload, 'app.cjs'], env: environment(more) })
  const port = await app.waitForLine((line) => /^\d+$/.test(line))
  const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  return Object.assign(app, { get })
}

const come = (count: number) => expect.poll(() => messages.length, { timeout: 20_000 }).toBe(count)
const judged = (app: Awaited<ReturnType<typeof start>>, count: number) =>
  expect.poll(() => app.get('/judged'), { timeout: 20_000 }).toBe(String(count))
const fine = { code: 0, signal: null, stderr: '' }

test.for<[string, NodeJS.ProcessEnv]>([
  ['beside a receiver', {}],
  ['without any receiver of logs', { OTEL_LOGS_EXPORTER: 'none' }],
  ['without a spool', { CLEW_SPOOL_DIR: 'off' }],
])('%s, three failures are one message with the lines and links to their chains', async ([, more]) => {
  const app = await start(more)
  const ids = [await app.get('/fail'), await app.get('/fail'), await app.get('/fail')]
  await come(1)
  await app.get('/fail')
  await judged(app, 8)
  await app.get('/end')
  expect(await app.ended).toMatchObject(fine)
  expect(messages).toHaveLength(1)
  const lines = ids.map((_, at) => messages[0]!.indexOf(`payment_failed order=${at + 1}`))
  expect(lines.every((at, index) => at > (lines[index - 1] ?? 0))).toBe(true)
  for (const id of ids) expect(messages[0]).toContain(`http://desk.example/t/${id}`)
})

const component = (type: string): string => `otel_component_name="${type}/0",otel_component_type="${type}"`

test('the metrics of the process tell of its alerts', async () => {
  const port = await freePort()
  const app = await start({ CLEW_DISABLE: '', CLEW_PROMETHEUS_PORT: String(port) })
  for (let n = 0; n < 3; n++) await app.get('/fail')
  await come(1)
  const counts = async (): Promise<string[]> =>
    (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
      .split('\n')
      .filter((line) => /^logalert|^otel_sdk_exporter_log_exported/.test(line) && !line.endsWith(' 0'))
      .map((line) => line.replace(/(timestamp_seconds) \d{10}\.?\d*$/, '$1 now'))
      .map((line) => line.replace(/((?:delivery|evaluation)_seconds_total\S*) [\d.]+$/, '$1 some'))
      .toSorted()
  await expect
    .poll(counts, { timeout: 20_000 })
    .toEqual([
      'logalert_alerts_total{rule="payment-failed-500",severity="critical",state="firing"} 1',
      'logalert_decisions_total{rule="payment-failed-500",reason="below"} 2',
      'logalert_decisions_total{rule="payment-failed-500",reason="fired"} 1',
      'logalert_deliveries_total{channel="pay",outcome="ok"} 1',
      'logalert_delivery_seconds_total{channel="pay"} some',
      'logalert_evaluation_seconds_total some',
      'logalert_firing{rule="payment-failed-500",severity="critical"} 1',
      'logalert_groups 1',
      'logalert_last_evaluation_timestamp_seconds now',
      'logalert_notifications_total{channel="pay",result="sent"} 1',
      'logalert_records_total 6',
      `otel_sdk_exporter_log_exported_total{${component('alerts_log_exporter')}} 6`,
      `otel_sdk_exporter_log_exported_total{${component('otlp_http_log_exporter')},server_address="127.0.0.1",server_port="${new URL(receiver.url).port}"} 6`,
    ])
  await app.get('/end')
  expect(await app.ended).toMatchObject(fine)
})

test('a receiver that is away keeps no alert', async () => {
  const app = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
  for (let n = 0; n < 3; n++) await app.get('/fail')
  await come(1)
  await app.get('/end')
  expect((await app.ended).code).toBe(0)
})

test('windows outlive kill -9: two failures before it and one after are one message', async () => {
  const ClewSpoolDir = join(folder, 'killed')
  const first = await start({ CLEW_SPOOL_DIR: ClewSpoolDir })
  for (let n = 0; n < 2; n++) await first.get('/fail')
  await judged(first, 4)
  first.kill('SIGKILL')
  await first.ended
  const second = await start({ CLEW_SPOOL_DIR: ClewSpoolDir })
  await second.get('/fail')
  await come(1)
  await second.get('/end')
  expect(await second.ended).toMatchObject(fine)
})

test('two processes of a service have a state each', async () => {
  const ClewSpoolDir = join(folder, 'two')
  const apps = [await start({ CLEW_SPOOL_DIR: ClewSpoolDir }), await start({ CLEW_SPOOL_DIR: ClewSpoolDir })]
  for (const app of apps) for (let n = 0; n < 3; n++) await app.get('/fail')
  await come(2)
  for (const app of apps) {
    await app.get('/end')
    expect(await app.ended).toMatchObject(fine)
  }
})

test('what is logged just before process.exit() is judged and told', async () => {
  const end = await runApp({ cwd, args: [...preload, 'app.cjs', 'at once'], env: environment() })
  expect(end).toEqual({ code: 7, signal: null, stdout: '', stderr: '' })
  await come(1)
})

test('a job that lost its worker to kill -9 and then uses up its attempts is two messages, each with a link to its chain', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const queue = { QUEUE: `payments-${process.pid}`, REDIS_URL: redis.url, CLEW_ALERTS: '' }
  const startRole = (role: string, env: NodeJS.ProcessEnv) =>
    startApp({ cwd, args: [...preload, 'payments.cjs', role], env: environment({ ...queue, ...env }) })
  const doomed = await startRole('doomed', {})
  await doomed.waitForLine((line) => line === 'took it')
  await receiver.waitForSpans((spans) => spans.some(({ name }) => name.startsWith('send ')), 30_000)
  doomed.kill('SIGKILL')
  await doomed.ended
  const worker = await startRole('work', { CLEW_ALERTS: 'queues.yaml' })
  await come(2)
  worker.kill('SIGTERM')
  expect(await worker.ended).toMatchObject(fine)
  const { traceId } = receiver.spans.find(({ name }) => name.startsWith('send '))!
  const told = messages.toSorted().map((message) => ({
    rule: /job-[\w-]+/.exec(message)?.[0],
    isLinked: message.includes(`http://desk.example/t/${traceId}`),
    line: /pay (stalled|failed for good).*/.exec(message)?.[0],
  }))
  expect(told).toEqual([
    {
      rule: 'job-attempts-used-up',
      isLinked: true,
      line: expect.stringContaining('pay failed for good after 2 of 2 attempts'),
    },
    {
      rule: 'job-stalled',
      isLinked: true,
      line: expect.stringContaining('pay stalled: its worker no longer renews its lock'),
    },
  ])
})

test('mistakes of the rule file are said at the start, all at once, and the good rules run', async () => {
  const app = await start({ CLEW_ALERTS: 'mistakes.yaml', CLEW_QUIET: '0' })
  for (let n = 0; n < 3; n++) await app.get('/fail')
  await come(1)
  await app.get('/end')
  const { stderr, code } = await app.ended
  expect([code, stderr.replace(/joins .* \(/, '… (').split('\n')]).toEqual([
    0,
    [
      '[clew] shop-with-alerts: … (http/protobuf); alerts by mistakes.yaml',
      '[clew] CLEW_CONFIG: mistakes.yaml:13: rules[1] "no-unit": window: "5" has no unit; write "30s", "15m", "2h" or "7d"; in force: the rest',
      '[clew] CLEW_CONFIG: mistakes.yaml:17: rules[2] "unknown-channel": notify: there is no channel "payy"; channels are pay; in force: the rest',
      '',
    ],
  ])
})

test('a rule file that is not there, and a package that is not, are a line each with the remedy', async () => {
  const { stderr } = await runApp({
    ...{ cwd, args: [...preload, '--eval', ''] },
    env: environment({ CLEW_ALERTS: 'none.yaml' }),
  })
  expect(stderr).toMatch(/^\[clew\] CLEW_CONFIG: CLEW_ALERTS: the rule file cannot be read: ENOENT[^\n]+\n$/)
  const app = createApplication({ dependencies: ['@clew/node', '@opentelemetry/api'] })
  app.copyPackage('@clew/node')
  app.writeFile('alerts.yaml', '')
  app.writeFile('app.cjs', '')
  const missing = await runApp({
    ...{ cwd: app.directory, args: [...preload, 'app.cjs'], env: environment() },
  })
  expect(missing.stderr).toBe(
    '[clew] CLEW_CONFIG: CLEW_ALERTS: the package that reads rules is missing; run npm install @clew/alert; in force: no alerts\n',
  )
  app.remove()
})

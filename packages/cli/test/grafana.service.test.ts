import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { dashboards, readRules, rulesPath } from '../../../scripts/grafana/files.ts'
import { plainQuery } from '../../../scripts/grafana/panel-queries.ts'
import { freePort, type Service, startAlertmanager, startPrometheus } from '../../../scripts/services.ts'
import { startBot } from '../../alert/test/bot.ts'
import { type AppProcess, killApps, preload, startApp } from '../../node/test/app-process.ts'
import { killAll, startClew, startDeskCommand } from './clew-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'clew-grafana-'))
const patience = { timeout: 60_000, interval: 500 }
const stops: (() => unknown)[] = []
let [alertmanager, prometheus]: Service[] = []
let traffic = true

/** An application whose requests log, a desk that gets it all and judges it, and rules in a process of their own. */
beforeAll(async () => {
  const [bot, gone] = [await startBot([], {}), await startBot([], { status: 410 })]
  const rules = join(directory, 'alerts.yaml')
  writeFileSync(
    rules,
    `channels: { pay: { type: webhook, url: ${bot.url} }, ops: { type: webhook, url: ${gone.url} } }
rules:
  - { id: failed, where: payment_failed, type: frequency, threshold: 3, window: 5m, notify: [pay, ops] }
  - { id: soon, type: early, where: "*" }
`,
  )
  const desk = await startDeskCommand(['--memory', '--alerts', rules])
  const port = await freePort()
  const run = startClew(
    ['alert', 'run', rules, '--from', `otlp://127.0.0.1:${port}`, '--metrics-port', '0'].concat(
      ...['--state', join(directory, 'state.db')],
    ),
  )
  const shown = /metrics at (http:\S+);/
  await run.until(({ stdout }) => shown.test(stdout))
  const metricsPort = await freePort()
  const app = await startApp({
    cwd: join(import.meta.dirname, '../../node/test/fixtures/metrics'),
    args: [...preload, 'app.cjs'],
    env: {
      ...{ CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: desk.url, CLEW_KEEP: '1' },
      ...{ CLEW_PROMETHEUS_PORT: String(metricsPort) },
    },
  })
  alertmanager = await startAlertmanager()
  const targets = [
    `127.0.0.1:${metricsPort}`,
    new URL(desk.url).host,
    new URL(shown.exec(run.output.stdout)![1]!).host,
  ]
  prometheus = await startPrometheus(targets, { rules: [rulesPath], alertmanager: alertmanager.url })
  // What happens before the first look is no increase.
  const looked = 'count(up == 1) == 3 and on () logalert_records_total'
  await vi.waitFor(async () => expect(await resultOf(looked)).not.toEqual([]), patience)
  void ask(app, `http://127.0.0.1:${port}`)
  stops.push(prometheus.stop, alertmanager.stop, desk.stop, run.stop, bot.stop, gone.stop)
}, 120_000)
afterAll(async () => {
  traffic = false
  await Promise.all(stops.map((stop) => stop()))
  killApps()
  await killAll()
  rmSync(directory, { recursive: true })
})

/** Requests of the application, and the same lines for the rules that run by themselves, a few in a second until the end. */
async function ask(app: AppProcess, otlp: string): Promise<void> {
  const port = await app.waitForLine(() => true)
  const line = { body: { stringValue: 'payment_failed' }, severityNumber: 17 }
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [line] }] }] })
  while (traffic) {
    await fetch(`http://127.0.0.1:${port}/`).catch(() => {})
    const headers = { 'content-type': 'application/json' }
    await fetch(`${otlp}/v1/logs`, { method: 'POST', headers, body }).catch(() => {})
    await pause(200)
  }
}

type Answer = { status: string; error?: string; data?: { result: { metric: Record<string, string> }[] } }

async function query(expr: string): Promise<Answer> {
  const address = `${prometheus!.url}/api/v1/query?query=${encodeURIComponent(expr)}`
  return (await (await fetch(address)).json()) as Answer
}

async function resultOf(expr: string): Promise<NonNullable<Answer['data']>['result']> {
  const { status, error, data } = await query(expr)
  expect(status, `${expr}: ${error}`).toBe('success')
  return data!.result
}

/** Panels that have nothing to show here, where all goes well, no request fails and nothing is passed on. */
const quiet: readonly string[] = [
  'services.json: Those that fail most',
  'clew.json: Lost, and why',
  'clew.json: Lost, and why',
  'clew.json: Lost, and why',
  'clew.json: Desk: passed on',
  'clew.json: Desk: passed on',
]

test('Prometheus answers each query of each panel, and has data for those of which there are any', async () => {
  const queries = [...dashboards].flatMap(([name, { rows }]) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap((panel) =>
        panel.queries.map(([expr]) => [`${name}: ${panel.title}`, plainQuery(expr)] as const),
      ),
    ),
  )
  const shown = new Set<string>()
  const without = async (): Promise<string[]> => {
    for (const [, expr] of queries) if ((await resultOf(expr)).length > 0) shown.add(expr)
    return queries.flatMap(([panel, expr]) => (shown.has(expr) ? [] : [panel]))
  }
  await expect.poll(without, patience).toEqual(quiet)
})

test('each rule is evaluated without an error, and what it records is there', async () => {
  type Group = { rules: { name: string; health: string; lastError?: string }[] }
  const health = async () => {
    const { data } = (await (await fetch(`${prometheus!.url}/api/v1/rules`)).json()) as {
      data: { groups: Group[] }
    }
    return data.groups.flatMap(({ rules }) => rules)
  }
  await expect
    .poll(async () => new Set((await health()).map((rule) => rule.health)), patience)
    .toEqual(new Set(['ok']))
  const records = readRules().flatMap(({ record }) => record ?? [])
  const known = async (): Promise<number[]> =>
    Promise.all(records.map(async (record) => (await resultOf(record)).length))
  await expect.poll(known, patience).toEqual(records.map(() => 1))
})

test('an alert of a rule over logs, and one that a channel did not take, arrive in Alertmanager', async () => {
  type Told = { labels: Record<string, string>; annotations: Record<string, string> }
  const arrived = async (): Promise<string[]> => {
    const told = (await (await fetch(`${alertmanager!.url}/api/v2/alerts`)).json()) as Told[]
    const sentences = told.map(
      ({ labels, annotations }) => `${labels.alertname} ${labels.severity}: ${annotations.summary}`,
    )
    return sentences.filter((sentence) => /^Log(AlertFiring|NotifyFailing)/.test(sentence)).toSorted()
  }
  await expect
    .poll(arrived, patience)
    .toEqual([
      'LogAlertFiring error: failed: 1 going on',
      expect.stringMatching(/^LogNotifyFailing critical: [\d.]+ alerts did not reach the channel ops$/),
    ])
})

test('a duration leads to the call chain of a request, which the desk has', async () => {
  const end = Date.now() / 1000 + 60
  const of = 'query_exemplars?query=traces_span_metrics_duration_seconds_bucket'
  const traces = async (): Promise<string[]> => {
    const address = `${prometheus!.url}/api/v1/${of}&start=${end - 3600}&end=${end}`
    const { data } = (await (await fetch(address)).json()) as {
      data: { exemplars: { labels: { trace_id: string } }[] }[]
    }
    return data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id))
  }
  await expect.poll(async () => (await traces()).length, patience).toBeGreaterThan(0)
  const [traceId] = await traces()
  const { data } = (await (await fetch(`${prometheus!.url}/api/v1/targets`)).json()) as {
    data: { activeTargets: { scrapeUrl: string }[] }
  }
  const statuses = async (): Promise<number[]> => {
    const answers = data.activeTargets.map(({ scrapeUrl }) =>
      fetch(`${new URL(scrapeUrl).origin}/api/chains/${traceId}`),
    )
    return (await Promise.all(answers)).map(({ status }) => status).toSorted()
  }
  await expect.poll(statuses, patience).toEqual([200, 404, 404])
})

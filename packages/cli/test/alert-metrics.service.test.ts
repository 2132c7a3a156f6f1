import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { freePort, startPrometheus } from '../../../scripts/services.ts'
import { startBot } from '../../alert/test/bot.ts'
import { killAll, startClew, startDeskCommand } from './clew-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'clew-alert-metrics-'))
afterEach(killAll)
afterAll(() => rmSync(directory, { recursive: true }))

const rules = join(directory, 'alerts.yaml')
const failures = JSON.stringify({
  resourceLogs: [
    { scopeLogs: [{ logRecords: [1, 2, 3].map((n) => ({ body: { stringValue: `payment_failed ${n}` } })) }] },
  ],
})

async function fail(otlpUrl: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${otlpUrl}/v1/logs`, { method: 'POST', headers, body: failures })
  expect(status).toBe(200)
}

test('a Prometheus scrapes what rules and channels did, of clew alert run and of the desk, and sees that one is dead', async () => {
  const [bot, gone, port] = [await startBot([], {}), await startBot([], { status: 410 }), await freePort()]
  writeFileSync(
    rules,
    `channels: { pay: { type: webhook, url: ${bot.url} }, ops: { type: webhook, url: ${gone.url} } }
rules: [{ id: failed, where: payment_failed, type: frequency, threshold: 3, window: 5m, notify: [pay, ops] }]
`,
  )
  const source = ['--from', `otlp://127.0.0.1:${port}`, '--state', join(directory, 'state.db')]
  const run = startClew(['alert', 'run', rules, ...source, '--metrics-port', '0'])
  const shown = /metrics at (http:\S+);/
  await expect.poll(() => run.output.stdout, { timeout: 20_000 }).toMatch(shown)
  const desk = await startDeskCommand(['--memory', '--alerts', rules])
  const urls = [new URL(shown.exec(run.output.stdout)![1]!), new URL(desk.url)]
  const prometheus = await startPrometheus(urls.map(({ host }) => host))
  try {
    await fail(`http://127.0.0.1:${port}`)
    await fail(desk.url)
    const found = async (query: string): Promise<string[]> => {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`)
      const { data } = (await response.json()) as { data: { result: Series[] } }
      return data.result.map((series) => sentenceOf(series, urls)).toSorted()
    }
    const both = (text: string): string[] => [`desk: ${text}`, `run: ${text}`]
    await expect
      .poll(() => found('{__name__=~"logalert_(alerts|decisions|notifications)_total"} > 0'), patience)
      .toEqual(
        [
          ...both('alerts_total rule=failed severity=error state=firing 1'),
          ...both('decisions_total reason=below rule=failed 2'),
          ...both('decisions_total reason=fired rule=failed 1'),
          ...both('notifications_total channel=ops result=dead 1'),
          ...both('notifications_total channel=pay result=sent 1'),
        ].toSorted(),
      )
    // One that is asked each second may answer once too late.
    await expect.poll(() => found('logalert_records_total'), patience).toEqual(both('records_total 3'))
    await expect.poll(() => found('logalert_lag_seconds < 60'), patience).toHaveLength(2)
    // A desk always watches, and knows the template by the same id.
    const { patterns } = (await (await fetch(`${desk.url}/api/patterns`)).json()) as {
      patterns: { id: number }[]
    }
    await expect
      .poll(() => found('log_pattern_events_total > 0'), patience)
      .toEqual([
        `desk: log_pattern_events_total level=info pattern=${patterns[0]!.id} template=payment_failed <*> 3`,
      ])
    // As the rule LogAlerterDead has it, of the job of this Prometheus.
    const dead = 'time() - logalert_last_evaluation_timestamp_seconds > 120 or up{job="clew"} == 0'
    await expect.poll(() => found(dead), patience).toEqual([])
    await run.stop()
    await expect.poll(() => found(dead), patience).toEqual(['run: up 0'])
  } finally {
    await Promise.all([prometheus.stop(), desk.stop(), bot.stop(), gone.stop()])
  }
})

const patience = { timeout: 30_000, interval: 200 }

type Series = { metric: Record<string, string>; value: [number, string] }

/** Such as `run: alerts_total rule=failed 1`. */
function sentenceOf({ metric, value }: Series, [run]: URL[]): string {
  const { __name__: name = '', instance, job: _, ...labels } = metric
  const pairs = Object.entries(labels).map(([label, text]) => ` ${label}=${text}`)
  const who = instance === run!.host ? 'run' : 'desk'
  return `${who}: ${name.replace('logalert_', '')}${pairs.toSorted().join('')} ${value[1]}`
}

import { expect, onTestFinished, test } from 'vitest'
import { rulesPath } from '../../../scripts/grafana/files.ts'
import { startPrometheus } from '../../../scripts/services.ts'
import type { AlertRecord } from '../src/engine/record.ts'
import { createAlertMetrics } from '../src/run/alert-metrics.ts'
import { startAlerting } from '../src/run/alerting.ts'
import { readAlertsFile } from '../src/run/alerts-file.ts'
import { serveMetrics } from '../src/run/serve-metrics.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'

const hourMs = 3_600_000

/** A process that runs a rule of type early, which learns for an hour, and shows its metrics. */
async function startProcess() {
  const yaml = 'rules: [{ id: soon, type: early, where: "*", learn: 1h }]'
  const { file } = readAlertsFile(yaml, 'alerts.yaml', {})
  const metrics = createAlertMetrics(Date.now)
  const store = createMemoryStore(Date.now)
  const options = { file, store, metrics, now: Date.now, random: Math.random, report: expect.fail }
  const alerting = startAlerting(options)
  const { url, close } = await serveMetrics(metrics, { port: 0 })
  onTestFinished(close)
  const say = (body: string, severityNumber: number, unixMs = Date.now()): Promise<unknown> => {
    const record: AlertRecord = {
      ...{ unixMs, severityNumber, service: 'shop', eventName: '', traceId: '', spanId: '' },
      ...{ body, attributes: {}, resource: {}, weight: 1, folded: undefined },
    }
    return alerting.take({ partition: 'p', records: [record], clocks: [unixMs] })
  }
  return { host: new URL(url).host, say }
}

test('Prometheus has lines by template, and tells of new errors where what is usual was learnt, and not while it is', async () => {
  const [learnt, learning] = [await startProcess(), await startProcess()]
  await learnt.say('order 1 stored', 9, Date.now() - 3 * hourMs)
  await learning.say('order 1 stored', 9)
  const prometheus = await startPrometheus([learnt.host, learning.host], { rules: [rulesPath] })
  onTestFinished(() => prometheus.stop())
  const who = (instance = ''): string => (instance === learnt.host ? 'learnt' : 'learning')
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${prometheus.url}/api/v1/${path}`)
    return ((await response.json()) as { data: T }).data
  }
  type Series = { metric: Record<string, string>; value: [number, string] }
  const found = async (query: string): Promise<string[]> => {
    const { result } = await get<{ result: Series[] }>(`query?query=${encodeURIComponent(query)}`)
    return result
      .map(({ metric: { instance, level, template = '' }, value }) =>
        [who(instance), level, template, value[1]].join(' '),
      )
      .toSorted()
  }
  const patience = { timeout: 60_000, interval: 200 }
  const before = 'log_pattern_events_total{pattern!="_other"}'
  await expect.poll(() => found(before), patience).toHaveLength(2)
  for (const { say } of [learnt, learning]) {
    await say('order 2 stored', 9)
    await say('payment of order 2 failed: bank timeout', 17)
  }
  const both = (text: string): string[] => [`learning ${text}`, `learnt ${text}`]
  await expect
    .poll(() => found(before), patience)
    .toEqual(
      [
        ...both('error payment of order <*> failed: bank timeout 1'),
        ...both('info order <*> stored 2'),
      ].toSorted(),
    )
  // One that is asked each second may answer once too late.
  await expect
    .poll(() => found('log_pattern_new_total > 0'), patience)
    .toEqual([...both('error  1'), ...both('info  1')].toSorted())
  type Told = { labels: Record<string, string>; state: string; annotations: Record<string, string> }
  const told = async (): Promise<string[]> => {
    const { alerts } = await get<{ alerts: Told[] }>('alerts')
    return alerts
      .filter(({ labels }) => labels.alertname === 'LogNewErrorPattern')
      .map(({ labels, state, annotations }) =>
        `${state}: ${annotations.summary}`.replace(labels.instance!, who(labels.instance)),
      )
  }
  await expect
    .poll(told, patience)
    .toEqual(['firing: clew learnt: 1 kinds of lines of level error never came before'])
})

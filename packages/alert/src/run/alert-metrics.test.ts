import { plainText } from '@clew/otlp/metrics-text'
import { afterEach, expect, test, vi } from 'vitest'
import { type Bot, startBot } from '../../test/bot.ts'
import type { AlertRecord } from '../engine/record.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { AlertStore } from '../store/store.ts'
import { createAlertMetrics } from './alert-metrics.ts'
import { startAlerting } from './alerting.ts'
import { readAlertsFile } from './alerts-file.ts'

const bots: Bot[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(bots.splice(0).map((bot) => bot.stop()))
})

async function startBots(): Promise<{ taking: string; gone: string }> {
  bots.push(await startBot([], {}), await startBot([], { status: 410 }))
  return { taking: bots[0]!.url, gone: bots[1]!.url }
}

const startMs = Date.UTC(2026, 10, 29, 10)
const nowMs = startMs + 30_000

function failure(second: number, service = 'checkout'): AlertRecord {
  return {
    ...{
      unixMs: startMs + second * 1000,
      severityNumber: 17,
      service,
      eventName: '',
      traceId: '',
      spanId: '',
    },
    ...{ body: 'payment_failed', attributes: {}, resource: {}, weight: 1, folded: undefined },
  }
}

function start(
  url: { taking: string; gone: string },
  change: (store: AlertStore) => AlertStore = (same) => same,
  now = () => nowMs,
) {
  const yaml = `
channels:
  pay: { type: webhook, url: ${url.taking}, budget: { per_minute: 1 } }
  ops: { type: webhook, url: ${url.gone} }
rules:
  - { id: failed, where: payment_failed, type: frequency, threshold: 2, window: 5m, group_by: service, notify: [pay, ops] }
  - { id: quiet, where: no_such_word, type: any }
`
  const { file, mistakes } = readAlertsFile(yaml, 'alerts.yaml', {})
  expect(mistakes).toEqual([])
  const metrics = createAlertMetrics(now)
  const store = change(createMemoryStore(now))
  const options = { file, store, now, random: () => 0, report: () => {}, metrics }
  const samples = async (): Promise<string[]> =>
    plainText
      .write(await metrics.read())
      .split('\n')
      .filter((line) => /^logalert/.test(line))
      .map((line) => line.replace(/(delivery_seconds_total\S*) .*/, '$1 some'))
  return { alerting: startAlerting(options), again: () => startAlerting(options), samples }
}

const notYet = [
  'logalert_records_total 0',
  'logalert_decisions_total{rule="failed",reason="fired"} 0',
  'logalert_decisions_total{rule="failed",reason="late"} 0',
  'logalert_decisions_total{rule="failed",reason="too_many_groups"} 0',
  'logalert_decisions_total{rule="quiet",reason="fired"} 0',
  'logalert_decisions_total{rule="quiet",reason="late"} 0',
  'logalert_decisions_total{rule="quiet",reason="too_many_groups"} 0',
  'logalert_alerts_total{rule="failed",severity="error",state="firing"} 0',
  'logalert_alerts_total{rule="failed",severity="error",state="resolved"} 0',
  'logalert_alerts_total{rule="quiet",severity="error",state="firing"} 0',
  'logalert_alerts_total{rule="quiet",severity="error",state="resolved"} 0',
  'logalert_notifications_total{channel="pay",result="sent"} 0',
  'logalert_notifications_total{channel="pay",result="dead"} 0',
  'logalert_notifications_total{channel="ops",result="sent"} 0',
  'logalert_notifications_total{channel="ops",result="dead"} 0',
  'logalert_budget_waits_total{channel="pay"} 0',
  'logalert_budget_waits_total{channel="ops"} 0',
  'logalert_evaluation_seconds_total 0',
]

test('what did not happen yet is 0, so that the first time is an increase', async () => {
  const { samples } = start(await startBots())
  const state = ['logalert_groups 0', 'logalert_outbox_pending 0', 'logalert_outbox_dropped_total 0']
  // Of the rule quiet, whose alerts are moments, none goes on.
  state.push('logalert_firing{rule="failed",severity="error"} 0')
  expect(await samples()).toEqual([...notYet, ...state])
})

test('each decision, alert, request and message that waits is counted, and how far the partition is behind', async () => {
  const { alerting, samples } = start(await startBots())
  const records = [
    failure(0),
    failure(10),
    failure(20),
    failure(-100),
    failure(20, 'cart'),
    failure(20, 'cart'),
  ]
  await alerting.take({ partition: 'p', records })
  const expected = {
    logalert_records_total: 6,
    'logalert_decisions_total{rule="failed",reason="fired"}': 2,
    'logalert_decisions_total{rule="failed",reason="below"}': 2,
    'logalert_decisions_total{rule="failed",reason="cooling"}': 1,
    'logalert_decisions_total{rule="failed",reason="late"}': 1,
    'logalert_alerts_total{rule="failed",severity="error",state="firing"}': 2,
    'logalert_notifications_total{channel="pay",result="sent"}': 1,
    'logalert_notifications_total{channel="ops",result="dead"}': 2,
    'logalert_deliveries_total{channel="pay",outcome="ok"}': 1,
    'logalert_deliveries_total{channel="ops",outcome="permanent"}': 2,
    'logalert_delivery_seconds_total{channel="pay"}': 'some',
    'logalert_delivery_seconds_total{channel="ops"}': 'some',
    'logalert_budget_waits_total{channel="pay"}': 1,
    'logalert_lag_seconds{partition="p"}': 10,
    logalert_last_evaluation_timestamp_seconds: nowMs / 1000,
    logalert_groups: 2,
    'logalert_firing{rule="failed",severity="error"}': 2,
    logalert_outbox_pending: 1,
  }
  const lines = Object.entries(expected).map(([name, value]) => `${name} ${value}`)
  const happened = async () => (await samples()).filter((line) => !line.endsWith(' 0')).toSorted()
  await expect.poll(happened, { timeout: 30_000 }).toEqual(lines.toSorted())
})

test('counts go on when rules are read anew; a partition that another process reads is no longer behind', async () => {
  const { alerting, again, samples } = start(await startBots())
  await alerting.take({ partition: 'p', records: [failure(0)] })
  await alerting.pass('q', startMs + 28_000)
  await alerting.close(0)
  const next = again()
  await next.take({ partition: 'p', records: [failure(1, 'cart')] })
  next.revoke('p')
  const lines = (await samples()).filter((line) => /records_total|lag_seconds/.test(line))
  expect(lines).toEqual(['logalert_records_total 2', 'logalert_lag_seconds{partition="q"} 2'])
})

test.each<[string, () => Promise<never>]>([
  ['fails', () => Promise.reject(new Error('away'))],
  ['does not answer', () => new Promise(() => {})],
])('while the state %s, all but its size is shown', async (_what, size) => {
  const { samples } = start(await startBots(), (store) => ({ ...store, size }))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const reading = samples()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await reading).toEqual(notYet)
})

test('an alert that ended no longer goes on, and how long judging took is counted', async () => {
  let clockMs = nowMs
  const { alerting, samples } = start(
    await startBots(),
    (store) => ({
      ...store,
      commit(commit) {
        clockMs += 1_500
        return store.commit(commit)
      },
    }),
    () => clockMs,
  )
  const shown = async () =>
    (await samples()).filter((line) => /^logalert_(firing|evaluation_seconds_total)/.test(line))
  await alerting.take({ partition: 'p', records: [failure(0), failure(1)] })
  expect(await shown()).toEqual([
    'logalert_evaluation_seconds_total 1.5',
    'logalert_firing{rule="failed",severity="error"} 1',
  ])
  await alerting.pass('p', startMs + 3_600_000)
  expect(await shown()).toEqual([
    'logalert_evaluation_seconds_total 4.5',
    'logalert_firing{rule="failed",severity="error"} 0',
  ])
})

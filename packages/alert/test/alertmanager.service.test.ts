import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startAlertmanager } from '../../../scripts/services.ts'
import type { Alert } from '../src/alert.ts'
import { channelOf } from './bots.ts'
import { startNotifier } from './notifying.ts'
import { sampleAlert } from './sample.ts'

let alertmanager: Service
beforeAll(async () => {
  alertmanager = await startAlertmanager()
})
afterAll(() => alertmanager.stop())

/** With the time of the wall: Alertmanager knows no other. */
function start() {
  const main = channelOf('main', { type: 'alertmanager', url: alertmanager.url, lasts: '1h' })
  return startNotifier([main], { now: Date.now, desk: 'http://desk.example' })
}

const now = Date.now()

/** One that began a minute ago. */
function alertOf(changes: Partial<Alert>): Alert {
  return sampleAlert({ sinceUnixMs: now - 60_000, atUnixMs: now - 60_000, notify: ['main'], ...changes })
}

type Told = {
  labels: object
  startsAt: string
  endsAt: string
  generatorURL: string
  status: { state: string }
}

/** What it says fires now, of one rule. */
async function firing(rule: string): Promise<Told[]> {
  const filter = encodeURIComponent(`alertname="${rule}"`)
  return (await (await fetch(`${alertmanager.url}/api/v2/alerts?filter=${filter}`)).json()) as Told[]
}

test('an alert fires in Alertmanager with its labels and the chain of its last line, until it is resolved', async () => {
  const { notifier, sent, dead } = start()
  const group = { service: 'checkout', 'http.route': '/orders/:id "x"\n支付' }
  notifier.notify(alertOf({ id: 'a1', group }))
  await expect.poll(() => sent).toEqual(['main a1'])
  const labels = { alertname: 'payment-failed-500', rule: 'payment-failed-500', severity: 'critical' }
  expect(await firing('payment-failed-500')).toMatchObject([
    {
      labels: { ...labels, service: 'checkout', http_route: '/orders/:id "x"\n支付' },
      startsAt: new Date(now - 60_000).toISOString(),
      generatorURL: 'http://desk.example/t/4bf92f3577b34da6a3ce929d0e0e4714',
      annotations: { alert_id: 'a1', runbook_url: 'https://wiki.example.com/runbooks/payments' },
      status: { state: expect.stringMatching(/active|unprocessed/) },
    },
  ])
  notifier.notify(alertOf({ id: 'a1', group, times: 2, atUnixMs: now }))
  await expect.poll(() => sent).toEqual(['main a1', 'main a1'])
  expect(await firing('payment-failed-500')).toHaveLength(1)
  notifier.notify(alertOf({ id: 'a1', group, state: 'resolved', atUnixMs: Date.now() }))
  await expect.poll(() => sent).toEqual(['main a1', 'main a1', 'main a1 resolved'])
  await expect.poll(() => firing('payment-failed-500')).toEqual([])
  expect(dead).toEqual([])
})

test('what Alertmanager refuses is a dead letter with what it said, and the next alert goes', async () => {
  const { notifier, sent, dead } = start()
  // It ends before it began.
  const nonsense = { state: 'resolved', sinceUnixMs: now, atUnixMs: now - 60_000 } as const
  notifier.notify(alertOf({ id: 'wrong', rule: 'refused', ...nonsense }))
  notifier.notify(alertOf({ id: 'right', rule: 'taken' }))
  await expect.poll(() => [sent, dead.length]).toEqual([['main right'], 1])
  expect(dead[0]).toMatch(/^main → nobody: HTTP 400 .*start time must be before end time.* \(wrong\)$/)
  expect([await firing('refused'), (await firing('taken')).length]).toEqual([[], 1])
})

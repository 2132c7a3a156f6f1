import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import type { AlertRecord } from '../engine/record.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { type AlertingOptions, startAlerting } from './alerting.ts'
import { readAlertsFile } from './alerts-file.ts'

const bodies: { path: string; body: string }[] = []
let answer = '{"errcode":0,"errmsg":"ok"}'
const server = createServer(async (request, response) => {
  bodies.push({ path: request.url!, body: await text(request) })
  response.setHeader('content-type', 'application/json')
  response.end(answer)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
server.unref()
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
afterEach(() => {
  bodies.length = 0
  answer = '{"errcode":0,"errmsg":"ok"}'
})

const yaml = `
desk: http://desk.example
channels:
  wecom-pay: { type: wecom, url: '\${WECOM_URL}', format: markdown_v2, fallback: ops }
  ops: { type: webhook, url: ${url}/ops }
rules:
  - id: payment-failed-500
    type: frequency
    where: 'payment_failed status:500'
    threshold: 3
    window: 5m
    severity: critical
    notify: wecom-pay
`
const startMs = Date.UTC(2026, 10, 29, 10)

function failure(second: number, n: number): AlertRecord {
  return {
    unixMs: startMs + second * 1000,
    severityNumber: 17,
    service: 'checkout',
    eventName: '',
    traceId: String(n).padStart(32, 'a'),
    spanId: '',
    body: `payment_failed order=${n}`,
    attributes: { status: 500 },
    resource: {},
    weight: 1,
    folded: undefined,
  }
}

function started(now: () => number, first: Partial<AlertingOptions> = {}) {
  const { file, mistakes } = readAlertsFile(yaml, 'alerts.yaml', {
    WECOM_URL: `${url}/cgi-bin/webhook/send?key=k`,
  })
  expect(mistakes).toEqual([])
  const store = createMemoryStore(now)
  const reports: string[] = []
  const options = { file, store, now, random: () => 0, report: (message: string) => reports.push(message) }
  return {
    store,
    reports,
    alerting: startAlerting({ ...options, ...first }),
    again: () => startAlerting(options),
  }
}

const come = (count: number) => expect.poll(() => bodies.length, { interval: 5, timeout: 30_000 }).toBe(count)

test('three failures within five minutes are one message with the lines and links to their chains; then it is over', async () => {
  const { alerting, store, reports } = started(() => startMs)
  const take = (...records: AlertRecord[]) => alerting.take({ partition: 'p', records })
  await take(failure(0, 1), failure(10, 2), failure(20, 3))
  await come(1)
  await take(failure(30, 4))
  expect(bodies).toHaveLength(1)
  const { content } = JSON.parse(bodies[0]!.body).markdown_v2 as { content: string }
  expect(content).toContain('payment-failed-500')
  for (const n of [1, 2, 3]) {
    expect(content).toContain(`payment_failed order=${n}`)
    expect(content).toContain(`http://desk.example/t/${String(n).padStart(32, 'a')}`)
  }
  await alerting.pass('p', startMs + 400_000)
  await come(2)
  await alerting.close(30_000)
  expect(await store.take(10, 1)).toEqual([])
  expect(reports).toEqual([])
})

test('what a channel refuses for good goes to its fallback, and the outbox is empty then', async () => {
  answer = '{"errcode":93000,"errmsg":"invalid webhook url"}'
  const { alerting, store } = started(() => startMs)
  await alerting.take({ partition: 'p', records: [failure(0, 1), failure(10, 2), failure(20, 3)] })
  await expect.poll(() => bodies.map(({ path }) => path).includes('/ops'), { timeout: 30_000 }).toBe(true)
  await alerting.close(30_000)
  expect(await store.take(10, 1)).toEqual([])
})

test('what a process did not send before it died, another one sends', async () => {
  let nowMs = startMs
  const stuck = () => new Promise<never>(() => {})
  const { alerting, again } = started(() => nowMs, { post: stuck })
  await alerting.take({ partition: 'p', records: [failure(0, 1), failure(10, 2), failure(20, 3)] })
  const second = again()
  await second.send()
  expect(bodies).toEqual([])
  // With it its hold is gone, after a minute.
  nowMs += 61_000
  await second.send()
  await come(1)
  await second.close(30_000)
})

test('what waits to be tried again when rules are read anew is sent at once by those that follow', async () => {
  answer = '{"errcode":45009,"errmsg":"api freq out of limit"}'
  const { alerting, again, store } = started(() => startMs)
  await alerting.take({ partition: 'p', records: [failure(0, 1), failure(10, 2), failure(20, 3)] })
  await come(1)
  await alerting.close(30_000)
  answer = '{"errcode":0,"errmsg":"ok"}'
  const tried = bodies.length
  const second = again()
  await second.send()
  await come(tried + 1)
  await second.close(30_000)
  expect(await store.take(10, 1)).toEqual([])
})

test('what is silenced is sent to nobody, and it is told why', async () => {
  const silence = { id: 's1', match: { rule: 'payment-failed-500' }, fromUnixMs: 0, untilUnixMs: Infinity }
  const { alerting, store, reports } = started(() => startMs, { silences: () => [silence] })
  await alerting.take({ partition: 'p', records: [failure(0, 1), failure(10, 2), failure(20, 3)] })
  await expect
    .poll(async () => (await store.explain(1)).decisions.map(({ reason }) => reason))
    .toEqual(['silenced'])
  const { decisions, counts } = await store.explain(2)
  expect(decisions.map(({ reason, value, alertId }) => ({ reason, value, alertId }))).toEqual([
    { reason: 'silenced', value: 3, alertId: decisions[1]!.alertId },
    { reason: 'fired', value: 3, alertId: expect.stringMatching(/^[\da-f]{16}$/) },
  ])
  expect(counts.get('payment-failed-500')!.get('silenced')).toBe(1)
  await alerting.close(30_000)
  expect([bodies, await store.take(10, 1), reports]).toEqual([[], [], []])
})

import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Reply } from '../../alert/test/bot.ts'
import type { AlertPage, AlertSilence } from '../api/index.ts'
import type { OpenApi } from '../server/http/routes/openapi.ts'
import {
  type AlertRig,
  eventually,
  fail,
  messagesOf,
  openAlertRig,
  paymentRule,
  read,
  reasons,
  silence,
  type Way,
} from './alert-rig.ts'
import { json, problemOf, send } from './running-desk.ts'
import { type JsonSchema, problemsOfSchema } from './schema-problems.ts'

let rig: AlertRig

test('three failed payments, sent in each way, are one message whose links open their chains; a fourth is silent', async () => {
  rig = await openAlertRig(paymentRule)
  const desk = await rig.start()
  const ids: string[] = []
  for (const [order, way] of (['JSON', 'protobuf', 'gRPC'] satisfies Way[]).entries())
    ids.push(await fail(desk, order + 1, way))
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  await fail(desk, 4)
  await expect.poll(() => reasons(desk.url), eventually).toEqual(['cooling', 'fired', 'below', 'below'])
  expect(rig.bot.received.map(({ path }) => path)).toEqual(['/cgi-bin/webhook/send?key=k'])
  const [message] = messagesOf(rig)
  const links = message!.match(/http:[^)\s]+/g)!.filter((link) => link.includes('/t/'))
  expect(links).toEqual(ids.map((id) => `${desk.url}/t/${id}`))
  expect(message).toMatch(/order=1.*order=2.*order=3/s)
  for (const [at, id] of ids.entries()) {
    const { body } = await send(desk.url, `/api/chains/${id}/export`)
    expect(body).toContain(`payment_failed order=${at + 1}`)
  }
  expect(rig.reports).toEqual([`${rig.path}: 1 rule in force, 1 channel`])
})

test('what the page is told: the alert with its lines, the rule with what it decided, and no more', async () => {
  rig = await openAlertRig((url) => paymentRule(url, 'desk: http://desk.example\n'))
  const desk = await rig.start()
  const ids = [await fail(desk, 1), await fail(desk, 2), await fail(desk, 3)]
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  expect(messagesOf(rig)[0]).toContain(`http://desk.example/t/${ids[0]}`)
  const page = await read<AlertPage>(desk.url, '/api/alerts')
  const time = expect.any(Number)
  expect(page).toEqual({
    file: { path: rig.path, readUnixMs: time, mistakes: [] },
    alerts: [
      {
        id: expect.stringMatching(/^[\da-f]{16}$/),
        ...{ rule: 'payment-failed-500', severity: 'critical', state: 'firing', times: 1, group: {} },
        ...{ sinceUnixMs: time, atUnixMs: time, silencedUntilUnixMs: null, runbook: '' },
        observation: { type: 'frequency', value: 3, limit: 3, windowMs: 300_000 },
        lines: ids.map((traceId, at) => ({
          ...{ unixMs: time, severityNumber: 17, service: 'checkout', traceId, spanId: expect.any(String) },
          text: `payment_failed order=${at + 1} status=500 order_id=${at + 1}`,
        })),
        description: 'Payments fail at the provider.',
      },
    ],
    rules: [
      {
        ...{
          id: 'payment-failed-500',
          type: 'frequency',
          severity: 'critical',
          windowMs: 300_000,
          threshold: 3,
        },
        ...{ where: 'payment_failed status:500', groupBy: [], notify: ['wecom-pay'], runbook: '' },
        description: 'Payments fail at the provider.',
        ...{ firing: 1, lastFiredUnixMs: time, reasons: { fired: 1, below: 2 } },
      },
    ],
    silences: [],
    notJudged: 0,
  })
  const { paths, components } = await read<OpenApi>(desk.url, '/api/openapi.json')
  const problems = async (path: string) => {
    const { schema } = paths[path]!.get!.responses[200]!.content['application/json']!
    return problemsOfSchema(
      await read(desk.url, path),
      schema,
      components.schemas as Record<string, JsonSchema>,
    )
  }
  expect([await problems('/api/alerts'), await problems('/api/alerts/explain')]).toEqual([[], []])
})

test('an alert is over when its window is, and that is a message too', async () => {
  rig = await openAlertRig((url) => paymentRule(url).replace('window: 5m', 'window: 2s\n    late: 1s'))
  const desk = await rig.start()
  // At once, and ahead of the clock: however long it takes to send them, none is late and all are in one window.
  const startMs = Date.now() + 5000
  for (const order of [1, 2, 3]) await fail(desk, order, 'JSON', startMs)
  await expect.poll(() => rig.bot.received.length, eventually).toBe(2)
  expect(messagesOf(rig)[1]).toContain('resolved')
  const { alerts, rules } = await read<AlertPage>(desk.url, '/api/alerts')
  expect(alerts.map(({ state, times }) => [state, times])).toEqual([['resolved', 1]])
  expect(rules[0]).toMatchObject({ firing: 0, lastFiredUnixMs: alerts[0]!.sinceUnixMs })
})

test('a silenced rule sends nothing, says so, and speaks again when the silence ends', async () => {
  rig = await openAlertRig((url) => paymentRule(url).replace('window: 5m', 'window: 5m\n    realert: 1ms'))
  const desk = await rig.start()
  const made = await silence(desk.url, { rule: 'payment-failed-500', forMs: 3_600_000 })
  const { id, untilUnixMs } = JSON.parse(made.body) as AlertSilence
  for (const order of [1, 2, 3]) await fail(desk, order)
  await expect.poll(() => reasons(desk.url), eventually).toEqual(['silenced', 'fired', 'below', 'below'])
  const { alerts, silences } = await read<AlertPage>(desk.url, '/api/alerts')
  expect([alerts[0]!.silencedUntilUnixMs, silences.map((one) => one.id)]).toEqual([untilUnixMs, [id]])
  const ended = await send(desk.url, `/api/alerts/silences/${id}`, { method: 'DELETE' })
  const again = await send(desk.url, `/api/alerts/silences/${id}`, { method: 'DELETE' })
  expect([ended.status, again.status]).toEqual([200, 404])
  await fail(desk, 4)
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  expect(messagesOf(rig)[0]).toContain('payment_failed order=4')
})

test('a silence must be JSON, of this page, of a rule that there is, and for a time', async () => {
  rig = await openAlertRig(paymentRule)
  const desk = await rig.start({ token: 'r', ingestToken: 'w' })
  const body = JSON.stringify({ rule: 'payment-failed-500', forMs: 60_000 })
  const post = (headers: object, text = body) =>
    send(desk.url, '/api/alerts/silences', {
      headers: { ...json, authorization: 'Bearer r', ...headers },
      body: text,
    })
  const login = await send(desk.url, '/?token=r')
  const cookie = login.headers['set-cookie']![0]!.split(';')[0]!
  const refused = await Promise.all([
    post({ authorization: 'Bearer w' }),
    post({ origin: 'http://evil.example' }),
    post({ 'sec-fetch-site': 'same-site' }),
    post({ 'content-type': 'text/plain' }),
    post({}, '{'),
    post({}, '{"rule":"no","forMs":60000}'),
    post({}, '{"rule":"payment-failed-500","forMs":1}'),
    post({}, '{"rule":"payment-failed-500","forMs":60000,"group":{"a":"*"}}'),
    post({}, 'x'.repeat(70_000)),
    post({}),
    post({ authorization: '', cookie, origin: desk.url }),
    post({ authorization: '', cookie, origin: 'http://localhost:3000' }),
  ])
  expect(refused.map(({ status }) => status)).toEqual([
    ...[401, 403, 403, 415, 400, 400, 400, 400, 413, 200],
    ...[200, 403],
  ])
  expect(problemOf(refused[5]!)).toBe('there is no rule "no"')
})

test('a desk that starts again goes on counting, keeps what it told, and its silences', async () => {
  rig = await openAlertRig((url) => paymentRule(url).replace('window: 5m', 'window: 5m\n    realert: 1ms'))
  const first = await rig.start({ directory: rig.directory })
  await fail(first, 1)
  await fail(first, 2)
  await first.close()
  const second = await rig.start({ directory: rig.directory })
  await fail(second, 3)
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  expect(messagesOf(rig)[0]).toMatch(/order=1.*order=2.*order=3/s)
  await silence(second.url, { rule: 'payment-failed-500', forMs: 3_600_000 })
  await second.close()
  const third = await rig.start({ directory: rig.directory })
  await fail(third, 4)
  await expect
    .poll(() => reasons(third.url), eventually)
    .toEqual(['silenced', 'fired', 'fired', 'below', 'below'])
  const { alerts, silences } = await read<AlertPage>(third.url, '/api/alerts')
  expect([alerts.map(({ times }) => times), silences.length, rig.bot.received.length]).toEqual([[2], 1, 1])
  const files = readdirSync(rig.directory).filter((name) => name.startsWith('alert'))
  const modes = files.map((name) => [name, statSync(join(rig.directory, name)).mode & 0o077])
  expect(Object.fromEntries(modes)).toMatchObject({ 'alerts.db': 0, 'alert-silences.json': 0 })
})

test('a message that the bot did not take before the end is sent after the next start, once', async () => {
  const refusals = Array.from({ length: 100 }, (_, at): Reply => (at % 2 === 0 ? { status: 503 } : 'reset'))
  rig = await openAlertRig(paymentRule, refusals)
  const first = await rig.start({ directory: rig.directory })
  for (const order of [1, 2, 3]) await fail(first, order)
  await expect.poll(() => rig.bot.received.length, eventually).toBeGreaterThan(0)
  await first.close()
  refusals.length = 0
  const before = rig.bot.received.length
  await rig.start({ directory: rig.directory })
  await expect.poll(() => rig.bot.received.length, eventually).toBe(before + 1)
})

test('a store of alerts that is none says so and what to do', async () => {
  rig = await openAlertRig(paymentRule)
  writeFileSync(join(rig.directory, 'alerts.db'), 'These are notes of somebody. '.repeat(200))
  await expect(rig.start({ directory: rig.directory })).rejects.toThrow(
    `${join(rig.directory, 'alerts.db')}: it is no SQLite database; name another file; or give another folder with --data`,
  )
})

import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Reply } from '../../alert/test/bot.ts'
import type { AlertDecisions, AlertPage, AlertSilence } from '../api/index.ts'
import type { OpenApi } from '../server/http/routes/openapi.ts'
import { AlertClient } from '../server/threads/alert-client.ts'
import { type AlertRig, fail, paymentRule, startAlertRig, type Way } from './alert-rig.ts'
import { json, logsRequest, problemOf, send, startDesk as startPlainDesk } from './running-desk.ts'
import { type JsonSchema, problemsOfSchema } from './schema-problems.ts'

let rig: AlertRig

async function startRig(text: (botUrl: string) => string, replies?: readonly Reply[]): Promise<AlertRig> {
  const started = await startAlertRig(text, replies)
  onTestFinished(started.close)
  return started
}

const eventually = { timeout: 20_000, interval: 20 }
const messages = () =>
  rig.bot.received.map(({ body }) => (JSON.parse(body) as WeComMessage).markdown_v2.content)
type WeComMessage = { markdown_v2: { content: string } }

async function read<T>(url: string, path: string): Promise<T> {
  return JSON.parse((await send(url, path)).body) as T
}
const reasons = async (url: string) =>
  (await read<AlertDecisions>(url, '/api/alerts/explain')).decisions.map(({ reason }) => reason)

test('three failed payments, sent in each way, are one message whose links open their chains; a fourth is silent', async () => {
  rig = await startRig(paymentRule)
  const desk = await rig.start()
  const ids: string[] = []
  for (const [order, way] of (['JSON', 'protobuf', 'gRPC'] satisfies Way[]).entries())
    ids.push(await fail(desk, order + 1, way))
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  await fail(desk, 4)
  await expect.poll(() => reasons(desk.url), eventually).toEqual(['cooling', 'fired', 'below', 'below'])
  expect(rig.bot.received.map(({ path }) => path)).toEqual(['/cgi-bin/webhook/send?key=k'])
  const [message] = messages()
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
  rig = await startRig((url) => paymentRule(url, 'desk: http://desk.example\n'))
  const desk = await rig.start()
  const ids = [await fail(desk, 1), await fail(desk, 2), await fail(desk, 3)]
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  expect(messages()[0]).toContain(`http://desk.example/t/${ids[0]}`)
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
  rig = await startRig((url) => paymentRule(url).replace('window: 5m', 'window: 2s\n    late: 1s'))
  const desk = await rig.start()
  for (const order of [1, 2, 3]) await fail(desk, order)
  await expect.poll(() => rig.bot.received.length, eventually).toBe(2)
  expect(messages()[1]).toContain('resolved')
  const { alerts, rules } = await read<AlertPage>(desk.url, '/api/alerts')
  expect(alerts.map(({ state, times }) => [state, times])).toEqual([['resolved', 1]])
  expect(rules[0]).toMatchObject({ firing: 0, lastFiredUnixMs: alerts[0]!.sinceUnixMs })
})

const silence = (url: string, body: object) =>
  send(url, '/api/alerts/silences', { headers: json, body: JSON.stringify(body) })

test('a silenced rule sends nothing, says so, and speaks again when the silence ends', async () => {
  rig = await startRig((url) => paymentRule(url).replace('window: 5m', 'window: 5m\n    realert: 1ms'))
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
  expect(messages()[0]).toContain('payment_failed order=4')
})

test('a silence must be JSON, of this page, of a rule that there is, and for a time', async () => {
  rig = await startRig(paymentRule)
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

test('a desk without rules says so', async () => {
  const desk = await startPlainDesk()
  try {
    const nothing = { file: null, alerts: [], rules: [], silences: [], notJudged: 0 }
    expect(await read(desk.url, '/api/alerts')).toEqual(nothing)
    expect(await read(desk.url, '/api/alerts/explain')).toEqual({ decisions: [] })
    expect(problemOf(await silence(desk.url, { rule: 'a', forMs: 60_000 }))).toBe(
      'this desk has no rules; start it with --alerts alerts.yaml',
    )
  } finally {
    await desk.close()
  }
})

const mistaken = `
  - id: slow
    type: frequency
    where: 'slow'
    threshold: 3
    window: 5
`

test('mistakes of a rule file are told with place and remedy, and the good rules run', async () => {
  rig = await startRig((url) => paymentRule(url, mistaken))
  const desk = await rig.start()
  const mistake = expect.stringMatching(/alerts\.yaml:18: rules\[1\] "slow": window: .*; write /)
  await expect
    .poll(() => rig.reports, eventually)
    .toEqual([mistake, `${rig.path}: 1 rule in force, 1 channel`])
  for (const order of [1, 2, 3]) await fail(desk, order)
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  expect((await read<AlertPage>(desk.url, '/api/alerts')).file!.mistakes).toEqual([mistake])
})

test('a rule file that changes is used at once, what was counted stays; one that cannot be used changes nothing', async () => {
  rig = await startRig(paymentRule)
  const desk = await rig.start()
  await fail(desk, 1)
  await fail(desk, 2)
  await expect.poll(() => reasons(desk.url), eventually).toEqual(['below', 'below'])
  rig.write('rules: [')
  await expect
    .poll(() => rig.reports.at(-1), eventually)
    .toBe(`${rig.path}: it changed and has no rule that can be used; the ones before stay in force`)
  const other = mistaken.replace('window: 5', 'window: 5m')
  rig.write(paymentRule(rig.bot.url, other).replace('threshold: 3', 'threshold: 4'))
  await expect
    .poll(() => rig.reports.at(-1), eventually)
    .toBe(`${rig.path}: it changed: added "slow"; changed "payment-failed-500"; 2 rules in force, 1 channel`)
  await fail(desk, 3)
  await fail(desk, 4)
  await expect.poll(() => reasons(desk.url), eventually).toEqual(['fired', 'below', 'below', 'below'])
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  expect(messages()[0]).toContain('payment_failed order=1')
})

test('metrics go on when the file changes; without rules there are those of the desk alone', async () => {
  rig = await startRig(paymentRule)
  const desk = await rig.start()
  const accept = { accept: 'application/openmetrics-text' }
  const lines = async (url: string) =>
    (await send(url, '/metrics', { headers: accept })).body
      .split('\n')
      .filter(
        (line) =>
          /^(logalert_\w*records_total|clew_desk_.*records_total.*) |fired|channel=|^# EOF/.test(line) &&
          !line.includes('seconds'),
      )
  for (const order of [1, 2, 3]) await fail(desk, order)
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  rig.write(paymentRule(rig.bot.url, '  - { id: other, type: any, where: nothing }\n'))
  await expect
    .poll(() => lines(desk.url), eventually)
    .toEqual([
      'logalert_records_total 6',
      'logalert_decisions_total{rule="payment-failed-500",reason="fired"} 1',
      'logalert_decisions_total{rule="desk-early",reason="fired"} 0',
      'logalert_decisions_total{rule="other",reason="fired"} 0',
      'logalert_notifications_total{channel="wecom-pay",result="sent"} 1',
      'logalert_notifications_total{channel="wecom-pay",result="dead"} 0',
      'logalert_deliveries_total{channel="wecom-pay",outcome="ok"} 1',
      'logalert_budget_waits_total{channel="wecom-pay"} 0',
      'clew_desk_records_total{signal="logs"} 6',
      'clew_desk_records_total{signal="traces"} 3',
      'clew_desk_rejected_records_total 0',
      'logalert_unjudged_records_total 0',
      '# EOF',
    ])
  const plain = await startPlainDesk()
  try {
    expect(await lines(plain.url)).toEqual([
      'clew_desk_records_total{signal="logs"} 0',
      'clew_desk_records_total{signal="traces"} 0',
      'clew_desk_rejected_records_total 0',
      '# EOF',
    ])
  } finally {
    await plain.close()
  }
})

test('a rule file that is not there is one line with the remedy', async () => {
  rig = await startRig(paymentRule)
  await expect(rig.start({ alerts: '/nowhere/alerts.yaml' })).rejects.toThrow(
    /^\/nowhere\/alerts\.yaml cannot be read \(ENOENT: .*\); give a file of rules$/,
  )
})

test('a desk that starts again goes on counting, keeps what it told, and its silences', async () => {
  rig = await startRig((url) => paymentRule(url).replace('window: 5m', 'window: 5m\n    realert: 1ms'))
  const first = await rig.start({ directory: rig.directory })
  await fail(first, 1)
  await fail(first, 2)
  await first.close()
  const second = await rig.start({ directory: rig.directory })
  await fail(second, 3)
  await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
  expect(messages()[0]).toMatch(/order=1.*order=2.*order=3/s)
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
  rig = await startRig(paymentRule, [{ status: 503 }, 'reset'])
  const first = await rig.start({ directory: rig.directory })
  for (const order of [1, 2, 3]) await fail(first, order)
  await expect.poll(() => rig.bot.received.length, eventually).toBeGreaterThan(0)
  await first.close()
  const before = rig.bot.received.length
  await rig.start({ directory: rig.directory })
  await expect.poll(() => rig.bot.received.length, eventually).toBe(before + 1)
})

test('a store of alerts that is none says so and what to do', async () => {
  rig = await startRig(paymentRule)
  writeFileSync(join(rig.directory, 'alerts.db'), 'These are notes of somebody. '.repeat(200))
  await expect(rig.start({ directory: rig.directory })).rejects.toThrow(
    `${join(rig.directory, 'alerts.db')}: it is no SQLite database; name another file; or give another folder with --data`,
  )
})

test('lines beyond what may wait for the rules are counted and told of, and those that waited are judged', async () => {
  rig = await startRig(paymentRule)
  const client = new AlertClient({ path: rig.path, directory: undefined }, (line) => rig.reports.push(line))
  await client.start()
  try {
    const attributes = [{ key: 'status', value: { intValue: 500 } }]
    const now = { timeUnixNano: `${Date.now()}000000`, attributes }
    const request = logsRequest([`payment_failed ${'x'.repeat(8_000_000)}`], now)
    // The rules have not begun yet, so that all of it waits.
    for (let sent = 0; sent < 5; sent++)
      client.take('logs', 'json', new TextEncoder().encode(request), {
        records: 1,
        arrivedUnixMs: Date.now(),
      })
    expect(client.state()).toEqual({ firing: 0, notJudged: 1 })
    client.begin('http://desk.example')
    await expect.poll(() => rig.bot.received.length, eventually).toBe(1)
    const { decisions } = await client.ask('explain', { rule: '', most: 10 })
    expect(decisions.length).toBe(4)
    expect(rig.reports).toContain('too much waits to be judged: lines are stored but not judged, 1 so far')
  } finally {
    await client.close()
  }
})

test('a desk that is called by no name of its own says that its links lead nowhere', async () => {
  rig = await startRig(paymentRule)
  const desk = await rig.start({ host: '0.0.0.0', dangerouslyNoAuth: true })
  await expect
    .poll(() => rig.reports, eventually)
    .toContain(`messages link to ${desk.url}, which nobody can open: write "desk: http://…" into ${rig.path}`)
})

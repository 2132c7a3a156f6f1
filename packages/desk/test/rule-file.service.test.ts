import { expect, test } from 'vitest'
import type { AlertPage } from '../api/index.ts'
import { AlertClient } from '../server/threads/alert-client.ts'
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
} from './alert-rig.ts'
import { logsRequest, problemOf, send, startDesk as startPlainDesk } from './running-desk.ts'

let rig: AlertRig

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
  rig = await openAlertRig((url) => paymentRule(url, mistaken))
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
  rig = await openAlertRig(paymentRule)
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
  expect(messagesOf(rig)[0]).toContain('payment_failed order=1')
})

test('metrics go on when the file changes; without rules there are those of the desk alone', async () => {
  rig = await openAlertRig(paymentRule)
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
  rig = await openAlertRig(paymentRule)
  await expect(rig.start({ alerts: '/nowhere/alerts.yaml' })).rejects.toThrow(
    /^\/nowhere\/alerts\.yaml cannot be read \(ENOENT: .*\); give a file of rules$/,
  )
})

test('lines beyond what may wait for the rules are counted and told of, and those that waited are judged', async () => {
  rig = await openAlertRig(paymentRule)
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
  rig = await openAlertRig(paymentRule)
  const desk = await rig.start({ host: '0.0.0.0', dangerouslyNoAuth: true })
  await expect
    .poll(() => rig.reports, eventually)
    .toContain(`messages link to ${desk.url}, which nobody can open: write "desk: http://…" into ${rig.path}`)
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { killAll, type RunningDesk, runClew, startDeskCommand } from './clew-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'clew-alert-'))
afterEach(killAll)
afterAll(() => rmSync(directory, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const rules = write(
  'alerts.yaml',
  `rules:
  - id: payment-failed-500
    where: payment_failed status:500
    type: frequency
    threshold: 3
    window: 5m
    group_by: service
    severity: critical
`,
)
const failure = (second: number) =>
  JSON.stringify({
    ts: 1_764_000_000_000 + second * 1000,
    level: 'error',
    service: 'checkout',
    message: `payment_failed order=${second}`,
    status: 500,
    trace_id: String(second + 1).padStart(32, 'a'),
  })

test('a rule file that is right says what it has, one that is wrong all that is', async () => {
  expect(await runClew(['alert', 'check', rules])).toMatchObject({
    code: 0,
    stdout: `${rules}: 1 rule and 0 channels\n`,
    stderr: '',
  })
  const wrong = write(
    'wrong.yaml',
    'rules:\n  - id: a\n    type: any\n    windw: 5m\n  - id: b\n    type: none\n',
  )
  const { code, stderr } = await runClew(['alert', 'check', wrong])
  expect([code, stderr.split('\n').map((line) => line.replace(wrong, ''))]).toEqual([
    1,
    [
      ':4: rules[0] "a": windw: nobody knows this field; did you mean window?',
      expect.stringContaining(':6: rules[1] "b": type: "none" is unknown; write frequency, any'),
      '',
    ],
  ])
})

test('a replay prints the alerts of a log with their lines, and why', async () => {
  const log = write('app.log', [0, 60, 100, 120, 800].map((second) => `${failure(second)}\n`).join(''))
  const { code, stdout, stderr } = await runClew(['alert', 'test', rules, '--replay', log, '--why'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /\[critical\] payment-failed-500 service=checkout: 3 records .*limit 3\) {2}[0-9a-f]{16}\n/,
  )
  for (const second of [0, 60, 100])
    expect(stdout).toContain(`payment_failed order=${second} status=500 trace=`)
  expect(stdout).toContain('payment-failed-500: 3 below, 1 fired, 1 cooling, 1 resolved\n')
  const json = await runClew(['alert', 'test', rules, '--replay', log, '--json'])
  const alerts = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; state: string })
  expect(alerts.map(({ state }) => state)).toEqual(['firing', 'resolved'])
  expect(stdout).toContain(alerts[0]!.id)
})

test('a replay moves no clock by records of tomorrow or without a time, and says how many there are', async () => {
  const lines = [0, 60, 100].map(failure)
  const odd = [failure(86_400), JSON.stringify({ level: 'info', message: 'no time' })]
  const log = write('odd.log', `${[lines[0], ...odd, lines[1], lines[2]].join('\n')}\n`)
  const { stdout, stderr } = await runClew(['alert', 'test', rules, '--replay', log])
  expect(stderr).toBe(
    '2 records have no time, or one that cannot be: each counts from when the one before it was written\n',
  )
  // That of tomorrow counts, from when the one before it was written.
  expect(stdout).toContain('payment-failed-500: 2 below, 1 fired, 1 cooling\n')
})

type Told = { id: string; rule: string; state: string; atUnixMs: number; lines: { text: string }[] }
const alertsIn = (stdout: string): Told[] =>
  stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Told]))
const shown = (alerts: readonly Told[]) =>
  alerts.map(({ id, rule, atUnixMs, lines }) => [id, rule, atUnixMs, lines.map(({ text }) => text)])

async function sendLogs(desk: RunningDesk, ...failures: { order: number; ms: number; service?: string }[]) {
  const resourceLogs = failures.map(({ order, ms, service = 'checkout' }) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeLogs: [
      {
        logRecords: [
          {
            ...{ timeUnixNano: `${ms}000000`, severityNumber: 17 },
            body: { stringValue: `payment_failed order=${order}` },
            attributes: [{ key: 'status', value: { intValue: 500 } }],
          },
        ],
      },
    ],
  }))
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${desk.url}/v1/logs`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ resourceLogs }),
  })
  expect(status).toBe(200)
}

test('a replay of a desk is what its own rules told: late records, those of tomorrow and those without a time too', async () => {
  const desk = await startDeskCommand(['--memory', '--alerts', rules])
  const nowMs = Date.now()
  const tomorrow = nowMs + 86_400_000
  await sendLogs(desk, { order: 1, ms: nowMs - 200 }, { order: 2, ms: 0 }, { order: 3, ms: tomorrow })
  await sendLogs(desk, ...[4, 5, 6].map((order) => ({ order, ms: nowMs - 600_000 + order, service: 'late' })))
  await sendLogs(desk, { order: 7, ms: nowMs }, { order: 8, ms: nowMs, service: 'other' })
  const decided = async () => {
    const { decisions } = (await (await fetch(`${desk.url}/api/alerts/explain`)).json()) as {
      decisions: { reason: string }[]
    }
    return decisions.map(({ reason }) => reason)
  }
  const reasons = ['below', 'cooling', 'late', 'late', 'late', 'fired', 'below', 'below']
  await expect.poll(decided, { timeout: 20_000 }).toEqual(reasons)
  const { alerts } = (await (await fetch(`${desk.url}/api/alerts`)).json()) as { alerts: Told[] }
  const words = ['alert', 'test', rules, '--desk', desk.url]
  const replayed = await runClew([...words, '--json'])
  expect([replayed.code, replayed.stderr, shown(alertsIn(replayed.stdout))]).toEqual([0, '', shown(alerts)])
  expect(alerts).toHaveLength(1)
  const { stdout } = await runClew([...words, '--since', '1h'])
  expect(stdout).toContain('8 records')
  expect(stdout).toContain('payment-failed-500: 3 below, 1 fired, 3 late, 1 cooling')
  const before = await runClew([...words, '--to', String(nowMs - 60_000)])
  expect(before.stdout).toContain('0 records: no alert')
})

test('lines that were imported wake nobody; a replay of the desk says so, and judges them where it is told to', async () => {
  const desk = await startDeskCommand(['--memory', '--alerts', rules])
  const yesterday = [0, 60, 100, 120].map((second) => `${failure(second)}\n`).join('')
  const headers = { 'content-type': 'application/x-ndjson' }
  await fetch(`${desk.url}/api/import`, { method: 'POST', headers, body: yesterday })
  const words = ['alert', 'test', rules, '--json']
  const env = { CLEW_DESK_URL: desk.url }
  const sent = await runClew([...words, '--desk'], env)
  expect(sent).toEqual({
    ...{ code: 0, stdout: '' },
    stderr: 'lines that were imported are not among them; --imported judges those\n',
  })
  const imported = await runClew([...words, '--desk', '--imported'], env)
  const file = await runClew([...words, '--replay', write('imported.log', yesterday)])
  expect([imported.stderr, shown(alertsIn(imported.stdout))]).toEqual(['', shown(alertsIn(file.stdout))])
  expect(alertsIn(file.stdout).map(({ state }) => state)).toEqual(['firing'])
  const { alerts } = (await (await fetch(`${desk.url}/api/alerts`)).json()) as { alerts: Told[] }
  expect(alerts).toEqual([])
})

test('a replay needs no channel: without the environment of its address it says so and goes on', async () => {
  const channel = 'channels:\n  pay: { type: wecom, url: "${WECOM_URL_OF_NOBODY}" }\n'
  const file = write(
    'channel.yaml',
    `${channel}rules:\n  - { id: a, type: any, where: failed, notify: pay }\n`,
  )
  const log = write('channel.log', `${JSON.stringify({ ts: 1_764_000_000_000, message: 'failed' })}\n`)
  const { code, stdout, stderr } = await runClew(['alert', 'test', file, '--replay', log])
  expect([code, stderr.replace(file, '')]).toEqual([
    0,
    ':2: channels: pay: url: the environment has no WECOM_URL_OF_NOBODY; set it, or write the value itself\n',
  ])
  expect(stdout).toContain('1 rule and 0 channels, 1 records')
  expect(stdout).toContain('a: 1 fired')
})

test('what cannot be done says what to write', async () => {
  const outcomes = await Promise.all(
    [
      ['alert'],
      ['alert', 'tset'],
      ['alert', 'check'],
      ['alert', 'test', rules],
      ['alert', 'check', '/nowhere.yaml'],
      ['alert', 'test', rules, '--desk', '--replay', '-'],
      ['alert', 'test', rules, '--replay', '-', '--since', '1h'],
      ['alert', 'test', rules, '--desk', 'http://127.0.0.1:9', '--since', '5', '--from', 'now'],
      ['alert', 'test', rules, '--desk', 'http://127.0.0.1:9'],
    ].map((words) => runClew(words)),
  )
  expect(outcomes.map(({ code, stderr }) => [code, stderr.split('\n')[0]])).toEqual([
    [1, 'clew alert: say what to do; write check, test or run'],
    [1, 'clew alert: there is no "tset"; write check, test or run'],
    [1, 'clew alert: say which rule file, such as alerts.yaml'],
    [1, 'clew alert: say which log: --replay FILE, - for stdin, or --desk for what a desk has'],
    [1, expect.stringContaining('clew alert: "/nowhere.yaml" cannot be read: ENOENT')],
    [1, 'clew alert: --replay excludes --desk; give one of the two'],
    [1, 'clew alert: --since, --from, --to and --imported are of --desk; a file is replayed whole'],
    [1, expect.stringMatching(/^clew alert: --since: "5" has no unit; /)],
    [1, expect.stringContaining('clew alert: no desk answers at http://127.0.0.1:9')],
  ])
})

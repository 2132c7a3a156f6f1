import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runClew } from './clew-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'clew-alert-'))
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
    ].map((words) => runClew(words)),
  )
  expect(outcomes.map(({ code, stderr }) => [code, stderr.split('\n')[0]])).toEqual([
    [1, 'clew alert: say what to do; write check, test or run'],
    [1, 'clew alert: there is no "tset"; write check, test or run'],
    [1, 'clew alert: say which rule file, such as alerts.yaml'],
    [1, 'clew alert: say which log: --replay FILE, or - for stdin'],
    [1, expect.stringContaining('clew alert: "/nowhere.yaml" cannot be read: ENOENT')],
  ])
})

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import {
  killAll,
  type RunningDesk,
  runClew,
  runOnTerminal,
  startClew,
  startDeskCommand,
} from './clew-process.ts'

let folder: string
let desk: RunningDesk
let port: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clew-follow-'))
  port = String(await freePort())
  desk = await startOn(['--data', folder])
})
afterEach(() => {
  killAll()
  rmSync(folder, { recursive: true })
})

// The last `--port` counts.
const startOn = (words: string[]): Promise<RunningDesk> => startDeskCommand([...words, '--port', port])

async function sendLines(bodies: readonly string[]): Promise<void> {
  const logRecords = bodies.map((body) => ({
    timeUnixNano: '1764000000123456789',
    severityNumber: 9,
    body: { stringValue: body },
  }))
  const response = await fetch(`${desk.url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  })
  expect(response.status).toBe(200)
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${name}-${number}`)

const bodiesIn = (stdout: string): string[] =>
  stdout
    .split('\n')
    .flatMap((line) => (line.endsWith('}') ? (JSON.parse(line) as { body: string }).body : []))

test('logs -f prints each line once through kills and restarts of the desk, and says once that it was away', async () => {
  await sendLines(numbered('before', 3))
  const follow = startClew(['logs', '-f', '--json', '--limit', '2', '--desk', desk.url])
  await follow.until(({ stdout }) => bodiesIn(stdout).length === 2)
  // More than the desk tells a live page at once.
  await sendLines(numbered('burst', 3000))
  await desk.kill()
  await follow.until(({ stderr }) => stderr !== '')
  desk = await startOn(['--data', folder])
  await sendLines(numbered('after', 500))
  await follow.until(({ stdout }) => stdout.includes('after-499'))
  await desk.stop()
  await follow.until(({ stderr }) => stderr.split('\n').length > 2)
  // Another store, which knows nothing of the places of this one.
  desk = await startOn(['--memory'])
  await sendLines(numbered('other', 20))
  await follow.until(({ stdout }) => stdout.includes('other-19'))
  const bodies = bodiesIn(follow.output.stdout)
  expect(bodies).toEqual([
    ...['before-1', 'before-2'],
    ...numbered('burst', 3000),
    ...numbered('after', 500),
    ...numbered('other', 20),
  ])
  const said = `clew logs: no desk answers at ${desk.url} (ECONNREFUSED); start one with: npx clew desk; it goes on when the desk is back`
  expect(
    follow.output.stderr.replaceAll(/\((ECONNRESET|UND_ERR_SOCKET|other side closed)\)/g, '(ECONNREFUSED)'),
  ).toBe(`${said}\n${said}\n`)
  await follow.stop()
})

test('logs --limit all prints all in the order in which they came, and a number the newest, whole', async () => {
  await sendLines(numbered('first', 2500))
  await sendLines(['x'.repeat(10_000)])
  const all = await runClew(['logs', '--limit', 'all', '--json', '--desk', desk.url])
  expect(bodiesIn(all.stdout)).toEqual([...numbered('first', 2500), 'x'.repeat(10_000)])
  const newest = await runClew(['logs', '--limit', '2200', '--json', '--desk', desk.url])
  expect(bodiesIn(newest.stdout)).toEqual([...numbered('first', 2500).slice(301), 'x'.repeat(10_000)])
  const [last] = (await runClew(['logs', 'first-7', '--json', '--desk', desk.url])).stdout.split('\n')
  expect(JSON.parse(last!)).toEqual({
    ref: expect.stringMatching(/^1\.\d+$/),
    timeUnixNano: '1764000000123456789',
    observedUnixNano: '0',
    ...{ severity: 9, severityText: '', eventName: '', flags: 0, droppedAttributes: 0 },
    ...{ service: expect.any(String), body: 'first-7', traceId: '', spanId: '', pattern: expect.any(Number) },
    attributes: {},
    resource: {},
    scope: { name: '', version: '', attributes: {} },
  })
})

test('clear asks on a terminal, needs --yes elsewhere, and leaves a desk that goes on with nothing', async () => {
  const stored = async () => (await (await fetch(`${desk.url}/api/status`)).json()).store
  const address = ['--desk', desk.url]
  await sendLines(numbered('line', 5))
  writeFileSync(join(folder, 'segment-000900.damaged.sqlite'), 'of an earlier day')
  const unasked = await runClew(['clear', ...address])
  expect(unasked).toEqual({
    code: 1,
    stdout: '',
    stderr: 'clew clear: --yes: there is no terminal to ask at; write it to delete without a question\n',
  })
  const refused = await runOnTerminal(['clear', ...address], {}, 'no\n')
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('nothing was deleted')])
  expect(await stored()).toMatchObject({ logs: 5 })
  const asked = await runOnTerminal(['clear', ...address], {}, 'yes\n')
  expect([asked.code, asked.stdout]).toEqual([
    0,
    expect.stringMatching(/Delete 5 lines and 0 spans \(\d\.\d MB\) of the desk at .*\?/),
  ])
  expect(await stored()).toMatchObject({ logs: 0, spans: 0, segments: 1, damaged: 0, oldestUnixMs: null })
  await sendLines(['a line later'])
  expect((await runClew(['logs', ...address])).stdout).toContain('a line later')
  const cleared = await runClew(['clear', '--yes', ...address])
  expect(cleared).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^deleted 1 line and 0 spans \(\d\.\d MB\)\n$/),
    stderr: '',
  })
  expect(readdirSync(folder).filter((name) => /^segment.*sqlite$/.test(name))).toEqual([
    'segment-000003.sqlite',
  ])
})

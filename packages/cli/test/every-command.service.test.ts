import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import { lostSpans, sendSample } from '../../desk/test/sample-traffic.ts'
import { killApps, preload, startApp } from '../../node/test/app-process.ts'
import { killAll, runClew, runOnTerminal, runUnread, startDeskCommand } from './clew-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-every-'))
const rules = join(folder, 'alerts.yaml')
const secrets = ['--token', 'to-read', '--ingest-token', 'to-send']
const nobody = 'http://127.0.0.1:2'
let env: NodeJS.ProcessEnv
let traceId: string
let status: string

beforeAll(async () => {
  writeFileSync(rules, 'rules:\n  - { id: any-error, type: any, where: "level>=error", notify: [] }\n')
  const open = await startDeskCommand(['--data', folder])
  traceId = await sendSample(open.url, lostSpans(), 1_764_000_000_000)
  await open.stop()
  const desk = await startDeskCommand(['--data', folder, ...secrets])
  env = { CLEW_DESK_URL: desk.url, CLEW_DESK_TOKEN: 'to-read' }
  const port = await freePort()
  const app = await startApp({
    args: [...preload, 'keep/app.cjs'],
    env: { CLEW_STATUS_PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: desk.url, OTEL_SERVICE_NAME: 'shop' },
  })
  await app.waitForLine((text) => /"ready"|^\d+$/.test(text))
  status = `http://127.0.0.1:${port}`
})
afterAll(() => {
  killApps()
  killAll()
  rmSync(folder, { recursive: true })
})

type Asked = {
  words(): string[]
  shows: RegExp
  isColoured?: true
  /** What it says when nobody answers, if it asks anybody. */
  alone?: RegExp
}
const noDesk =
  /^clew \w+: no desk answers at http:\/\/127\.0\.0\.1:2 \(ECONNREFUSED\); start one with: npx clew desk\n$/
const ofDesk = { alone: noDesk }

const commands: Record<string, Asked> = {
  logs: {
    words: () => ['logs'],
    shows: /ERROR.* \[stock\].* stock cannot be read/,
    isColoured: true,
    ...ofDesk,
  },
  'logs --json': { words: () => ['logs', '--json'], shows: /"body":"price cache is cold"/, ...ofDesk },
  'logs --limit all': {
    words: () => ['logs', '--limit', 'all'],
    shows: /price cache is cold/,
    isColoured: true,
    ...ofDesk,
  },
  chain: {
    words: () => ['chain', traceId],
    shows: /ERROR stock cannot be read/,
    isColoured: true,
    ...ofDesk,
  },
  'chain --json': { words: () => ['chain', traceId, '--json'], shows: /"kind":"span"/, ...ofDesk },
  'chain --as otlp': { words: () => ['chain', traceId, '--as', 'otlp'], shows: /"resourceSpans"/, ...ofDesk },
  'alert test': {
    words: () => ['alert', 'test', rules, '--desk', env.CLEW_DESK_URL!, '--token', env.CLEW_DESK_TOKEN!],
    shows: /1 rule and 0 channels/,
  },
  warnings: {
    words: () => ['warnings', '--limit', '5'],
    shows: /^no warnings; the desk is still learning \(.*\)\s*$/,
    ...ofDesk,
  },
  'alert check': { words: () => ['alert', 'check', rules], shows: /1 rule and 0 channels/ },
  status: { words: () => ['status', status], shows: /shop 1\.2\.3: process \d+/ },
  'status --json': { words: () => ['status', status, '--json'], shows: /^\{.*"pid":.*\}\s*$/ },
  '--version': { words: () => ['--version'], shows: /^clew \d+\.\d+\.\d+\s*$/ },
  '--help': { words: () => ['--help'], shows: /Exit codes: 0 done/ },
}
const names = Object.keys(commands)

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const colour = /\x1b\[3[136]m/

test.each(names)('clew %s in a pipe has no colours, and says nothing beside', async (name) => {
  const { words, shows } = commands[name]!
  const ended = await runClew(words(), env)
  expect(ended).toEqual({ code: 0, stdout: expect.stringMatching(shows), stderr: '' })
  expect(ended.stdout).not.toMatch(colour)
})

test.each(names)('clew %s on a terminal has its colours, and with NO_COLOR none', async (name) => {
  const { words, shows, isColoured = false } = commands[name]!
  const seen = await runOnTerminal(words(), env)
  const plain = await runOnTerminal(words(), { ...env, NO_COLOR: '1' })
  expect([seen.code, colour.test(seen.stdout)]).toEqual([0, isColoured])
  expect([plain.code, colour.test(plain.stdout)]).toEqual([0, false])
  expect(plain.stdout).toMatch(new RegExp(shows.source.replaceAll(/^\^|\\s\*\$$/g, '')))
})

test('FORCE_COLOR colours what goes into a pipe, and goes before NO_COLOR', async () => {
  const { stdout } = await runClew(['logs'], { ...env, FORCE_COLOR: '1', NO_COLOR: '1' })
  expect([colour.test(stdout), stdout.includes('price cache')]).toEqual([true, true])
})

test.each(names)('clew %s into a pipe that is closed ends without a word', async (name) => {
  expect(await runUnread(commands[name]!.words(), env)).toEqual({ code: 0, stdout: '', stderr: '' })
})

const asking = names.filter((name) => commands[name]!.alone !== undefined)

test.each([...asking, 'clear'])('clew %s without a desk says so, with code 1', async (name) => {
  const words = name === 'clear' ? ['clear', '--yes'] : commands[name]!.words()
  expect(await runClew([...words, '--desk', nobody], env)).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(noDesk),
  })
})

test.each([...asking, 'clear'])('clew %s with a wrong token says so, with code 1', async (name) => {
  const words = name === 'clear' ? ['clear', '--yes'] : commands[name]!.words()
  const { code, stdout, stderr } = await runClew([...words, '--token', 'guessed'], env)
  expect([code, stdout, stderr.split('\n').length]).toEqual([1, '', 2])
  expect(stderr).toMatch(/^clew \w+: the token is missing or wrong: set CLEW_DESK_TOKEN, or --token, /)
})

test('clew status without an application says so, with code 1', async () => {
  const { code, stdout, stderr } = await runClew(['status', nobody])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^clew status: no application answers at .*; start it with CLEW_STATUS_PORT/)
})

test.each<[string[], number, string]>([
  [
    ['logs', '-error'],
    2,
    'clew logs: -error: there is no such option; to search for it, write it behind --: clew logs -- -error',
  ],
  [
    ['logs', '-it is'],
    2,
    "clew logs: -it is: there is no such option; to search for it, write it behind --: clew logs -- '-it is'",
  ],
  [
    ['logs', '--limt', '3'],
    2,
    'clew logs: --limt: there is no such option; did you mean --limit? clew logs --help lists them',
  ],
  [
    ['logs', '--since'],
    2,
    'clew logs: --since: its value is missing; write it behind; clew logs --help says which',
  ],
  [
    ['logs', '--limit', '-5'],
    2,
    'clew logs: --limit: what follows looks like an option; write --limit=… if it is the value',
  ],
  [['logs', '--json=1'], 2, 'clew logs: --json: it takes no value; write --json alone'],
  [
    ['logs', '--limit', 'x'],
    1,
    'clew logs: --limit: "x" is not a whole number; write one from 0 to 10000, or all',
  ],
  [
    ['chain', 'a', 'b'],
    2,
    'clew chain: "b": there is one word too many; clew chain --help says what it takes',
  ],
  [
    ['warnings', '--noise', 'a', '--useful', 'a'],
    1,
    'clew warnings: --noise excludes --useful; say one of the two',
  ],
  [['chain', '-x'], 2, 'clew chain: -x: there is no such option; clew chain --help lists them'],
  [
    ['status', 'a', 'b'],
    2,
    'clew status: "b": there is one word too many; clew status --help says what it takes',
  ],
  [['desk', 'here'], 2, 'clew desk: "here": there is one word too many; clew desk --help says what it takes'],
  [
    ['clear', 'all'],
    2,
    'clew clear: "all": there is one word too many; clew clear --help says what it takes',
  ],
  [
    ['alert', 'run', '--form', 'x'],
    2,
    'clew alert: --form: there is no such option; did you mean --from? clew alert run --help lists them',
  ],
])('%j ends with a line that has place, value and remedy', async (words, code, line) => {
  expect(await runClew(words)).toEqual({ code, stdout: '', stderr: `${line}\n` })
})

test('behind -- a search may begin with -, and --help is a word', async () => {
  const without = await runClew(['logs', '--', '-cold'], env)
  expect([without.code, without.stdout.includes('price cache'), without.stdout.includes('stock')]).toEqual([
    0,
    false,
    true,
  ])
  expect(await runClew(['logs', '--', '--help'], env)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'clew logs: no line matches\n',
  })
})

test('the first line of many through a pipe to head is all, without a word', async () => {
  const line = `'${process.execPath}' dist/bin.js logs --limit all --json | head -n 1; echo "\${PIPESTATUS[0]}"`
  const { spawnSync } = await import('node:child_process')
  const { stdout, stderr } = spawnSync('bash', ['-c', line], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  const [first, code] = stdout.trim().split('\n')
  expect([JSON.parse(first!).ref, code, stderr]).toEqual([expect.any(String), '0', ''])
})

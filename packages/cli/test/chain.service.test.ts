import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lostSpans, repeatedQueries, sendSample } from '../../desk/test/sample-traffic.ts'
import { killAll, type RunningDesk, runClew, startDeskCommand } from './clew-process.ts'

let desk: RunningDesk
let directory: string
let traceId: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'clew-chain-'))
  desk = await startDeskCommand()
  traceId = await sendSample(desk.url, lostSpans(), 1_764_000_000_000)
})
afterAll(() => {
  killAll()
  rmSync(directory, { recursive: true })
})

test('clew chain --html writes one file and says how large it is and what is in it', async () => {
  const file = join(directory, 'chain.html')
  const { code, stdout, stderr } = await runClew(['chain', traceId, '--html', file, '--desk', desk.url])
  expect([code, stdout]).toEqual([0, ''])
  expect(stderr).toMatch(/chain\.html: \d+KiB, 1 span and 3 lines; nothing cut out of them\n$/)
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
})

test.each([
  ['behind the id', (file: string) => ['--html', file, '--redact']],
  ['with =', (file: string) => [`--html=${file}`, '--redact']],
])('the file of --html is taken %s, and --redact says how much was cut', async (name, options) => {
  const file = join(directory, `${name}.html`)
  const { code, stderr } = await runClew(['chain', traceId, ...options(file), '--desk', desk.url])
  expect([code, existsSync(file)]).toEqual([0, true])
  expect(stderr).toMatch(/ \d+ secrets cut out\n$/)
})

test('without a file --html says - for stdout, and the id may come behind it', async () => {
  const { code, stdout, stderr } = await runClew(['chain', '--html', '-', traceId, '--desk', desk.url])
  expect([code, stdout.startsWith('<!doctype html>'), stderr.startsWith('stdout: ')]).toEqual([0, true, true])
})

test('clew chain --compare tells what differs, and --json every row', async () => {
  const [few, many] = [
    await sendSample(desk.url, repeatedQueries(10), 1_764_000_000_000),
    await sendSample(desk.url, repeatedQueries(23), 1_764_000_000_000),
  ]
  const told = await runClew(['chain', few, '--compare', many, '--desk', desk.url])
  expect(told.code).toBe(0)
  expect(told.stdout).toContain(`A ${few}`)
  expect(told.stdout).toMatch(/10× .* 23× .* slower \+.*SELECT items/)
  const { stdout } = await runClew(['chain', few, '--compare', many, '--json', '--desk', desk.url])
  expect(JSON.parse(stdout)).toMatchObject({
    a: { traceId: few },
    b: { traceId: many },
    counts: { missing: 0 },
  })
})

test.each([
  [['--redact'], 'clew chain: --redact: it does nothing by itself; give --html too\n'],
  [['--html', '--json'], 'clew chain: --json: it excludes --html; give one of the two\n'],
  [
    ['--compare', 'a'.repeat(32), '--as', 'otlp'],
    'clew chain: --as: it excludes --compare; give one of the two\n',
  ],
  [['--compare', 'xyz'], 'clew chain: --compare: "xyz" is no trace id; write its 32 hex digits\n'],
  [
    ['--compare', 'a'.repeat(32)],
    `clew chain: no span and no line of trace ${'a'.repeat(32)} is here; the list of chains has those that are\n`,
  ],
])('%j is told what is wrong with it', async (words, message) => {
  const { code, stderr } = await runClew(['chain', traceId, ...words, '--desk', desk.url])
  expect([code, stderr]).toEqual([1, message])
})

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../scripts/node-versions.ts'
import { freePort } from '../../../scripts/services.ts'
import { lostSpans, sendSample } from '../../desk/test/sample-traffic.ts'
import { killAll, runClew, startDeskCommand } from './clew-process.ts'

afterEach(killAll)

test('a desk prints where it is, and ends with code 0 when it is told to', async () => {
  const desk = await startDeskCommand()
  const status = (await (await fetch(`${desk.url}/api/status`)).json()) as { store: object }
  expect(status.store).toMatchObject({ directory: '', logs: 0, spans: 0 })
  expect([await desk.stop(), desk.output.stderr]).toEqual([0, ''])
})

test.each(nodeMajors)('Node %i runs a desk, and says nothing of its own', async (major) => {
  const desk = await startDeskCommand(['--memory'], await nodeBinary(major))
  const traceId = await sendSample(desk.url, lostSpans(), 1_764_000_000_000)
  const { stdout } = await runClew(['chain', traceId, '--desk', desk.url])
  expect([stdout.includes('price cache is cold'), await desk.stop(), desk.output.stderr]).toEqual([
    true,
    0,
    '',
  ])
})

test('a desk below an exported preload does not trace itself', async () => {
  const register = createRequire(import.meta.url).resolve('@clew/node/register')
  const desk = await startDeskCommand(['--memory'], process.execPath, {
    NODE_OPTIONS: `--require ${register}`,
  })
  expect([await desk.stop(), desk.output.stderr]).toEqual([0, ''])
})

test('what a desk stored is there when it starts again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'clew-cli-'))
  const first = await startDeskCommand(['--data', directory])
  const traceId = await sendSample(first.url, lostSpans(), 1_764_000_000_000)
  await first.stop()
  const second = await startDeskCommand(['--data', directory])
  const { code, stdout } = await runClew(['chain', traceId, '--desk', second.url])
  expect([code, stdout.includes('ERROR stock cannot be read')]).toEqual([0, true])
  await second.stop()
  rmSync(directory, { recursive: true })
})

test('a desk with rules says how many are in force and what is wrong with the others', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'clew-cli-'))
  const path = join(directory, 'alerts.yaml')
  writeFileSync(path, 'rules:\n  - { id: a, type: any, notify: [] }\n  - { id: b, type: any, window: 5 }\n')
  const desk = await startDeskCommand(['--memory', '--alerts', path])
  expect(desk.output.stdout).toContain(`alerts by      ${path}`)
  expect([await desk.stop(), desk.output.stderr]).toEqual([
    0,
    `[clew desk] ${path}:3: rules[1] "b": window: "5" has no unit; write "30s", "15m", "2h" or "7d"\n` +
      `[clew desk] ${path}: 1 rule in force, 0 channels\n`,
  ])
  rmSync(directory, { recursive: true })
})

test('chains and lines can be read in the terminal', async () => {
  const desk = await startDeskCommand()
  const traceId = await sendSample(desk.url, lostSpans(), 1_764_000_000_000)
  const address = ['--desk', desk.url]
  const chain = await runClew(['chain', `00-${traceId}-00f067aa0ba902b7-01`, ...address])
  expect(chain.stdout).toContain(`trace ${traceId}`)
  const markdown = await runClew(['chain', traceId, '--as', 'markdown', ...address])
  expect(markdown.stdout).toContain('```')
  expect(await runClew(['logs', 'level>=warn', ...address])).toEqual({
    code: 0,
    stderr: '',
    stdout: [
      `2025-11-24 16:00:00.014 WARN  [pricing] price cache is cold trace=${traceId}\n`,
      `2025-11-24 16:00:00.020 ERROR [stock] stock cannot be read\n    at readStock (stock.js:12:5) Error: connection reset trace=${traceId}\n`,
    ].join(''),
  })
  const json = await runClew(['logs', 'service:pricing', '--json', ...address])
  expect(JSON.parse(json.stdout)).toMatchObject({ service: 'pricing', body: 'price cache is cold', traceId })
})

test.each([
  [['chain'], 'clew chain: <trace_id>: there is none; write its 32 hex digits'],
  [['chain', 'xyz'], 'clew chain: <trace_id>: "xyz" is no trace id; write its 32 hex digits'],
  [
    ['chain', 'a'.repeat(32), '--as', 'pdf'],
    'clew chain: --as: "pdf" is unknown; write text, markdown or otlp',
  ],
  [
    ['chain', 'a'.repeat(32), '--desk', 'http://127.0.0.1:2'],
    'clew chain: no desk answers at http://127.0.0.1:2 (ECONNREFUSED); start one with: npx clew desk',
  ],
  [['logs', '--since', '5'], 'clew logs: --since: "5" has no unit; write "30s", "15m", "2h" or "7d"'],
  [['desk', '--port', '99999'], 'clew desk: --port: "99999" is too large; write one from 0 to 65535'],
  [
    ['desk', '--max-size', 'much'],
    'clew desk: --max-size: "much" is not a size; write "64MiB", "500kB" or a number of bytes',
  ],
  [
    ['desk', '--memory', '--alerts', '/nowhere/alerts.yaml'],
    "clew desk: /nowhere/alerts.yaml cannot be read (ENOENT: no such file or directory, open '/nowhere/alerts.yaml'); give a file of rules",
  ],
  [['desk', '--memory', '--data', 'x'], 'clew desk: --data: it excludes --memory; give one of the two'],
  [
    ['desk', '--memory', '--host', '0.0.0.0'],
    'clew desk: host 0.0.0.0 can be reached from other machines, so it needs --token and --ingest-token; leave --host away to serve this machine alone, or accept the risk with --dangerously-no-auth',
  ],
])('%j is one line with its remedy', async (words, line) => {
  const { code, stdout, stderr } = await runClew(words)
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `${line}\n` })
})

test('all that is wrong with a command line is told together, one a line, and no secret with it', async () => {
  const words = ['--port', 'x', '--max-age', '5', '--forward', 'me:secret@host']
  const { code, stdout, stderr } = await runClew(['desk', ...words], {
    CLEW_DESK_FORWARD_HEADERS: 'authorization=%secret',
  })
  expect({ code, stdout, lines: stderr.split('\n') }).toEqual({
    code: 1,
    stdout: '',
    lines: [
      'clew desk: --port: "x" is not a whole number; write one from 0 to 65535',
      'clew desk: --max-age: "5" has no unit; write "30s", "15m", "2h" or "7d", or off',
      'clew desk: --forward: "***@host" is no address to send to; write http://***@host or grpc://***@host',
      'clew desk: CLEW_DESK_FORWARD_HEADERS: the value of "authorization" is not percent-encoded; write % as %25',
      '',
    ],
  })
})

test('a port in use and an unknown option are one line', async () => {
  const desk = await startDeskCommand()
  const { port } = new URL(desk.url)
  const taken = await runClew(['desk', '--memory', '--port', port, '--grpc-port', 'off'])
  expect(taken).toEqual({
    code: 1,
    stdout: '',
    stderr: `clew desk: port ${port} on 127.0.0.1 is in use, perhaps by another desk or a collector; end it, or choose another with --port\n`,
  })
  const unknown = await runClew(['desk', '--prot', '1'])
  expect([unknown.code, unknown.stderr.split('\n').length]).toEqual([2, 2])
})

test('a desk that would pass on to itself does not start', async () => {
  const port = String(await freePort())
  const { code, stderr } = await runClew([
    'desk',
    '--memory',
    '--port',
    port,
    '--grpc-port',
    'off',
    '--forward',
    `http://localhost:${port}`,
  ])
  expect([code, stderr]).toEqual([
    1,
    `clew desk: --forward http://localhost:${port} is this desk itself; give the address of another receiver\n`,
  ])
})

test('a search that cannot be understood says where', async () => {
  const desk = await startDeskCommand()
  const { code, stderr } = await runClew(['logs', 'level:loud', '--desk', desk.url])
  expect([code, stderr]).toEqual([
    1,
    'clew logs: search, character 1: level "loud" is unknown; levels are trace, debug, info, warn, error, fatal\n',
  ])
})

const secret = 'geheim'
const withSecrets = (host: string): string => `http://me:${secret}@${host}/in?key=${secret}`

test.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
  [
    '--forward',
    ['desk', '--memory', '--forward', withSecrets('127.0.0.1:1')],
    {},
    /has a user or a password/,
  ],
  ['--desk', ['chain', 'ab'.repeat(16), '--desk', withSecrets('127.0.0.1:1')], {}, /no desk answers at/],
  ['CLEW_DESK_URL', ['logs', 'x'], { CLEW_DESK_URL: withSecrets('127.0.0.1:1') }, /no desk answers at/],
  ['another scheme', ['logs', 'x', '--desk', `ftp://me:${secret}@host`], {}, /no address of HTTP/],
  ['no scheme', ['logs', 'x', '--desk', `me:${secret}@host`], {}, /no address|no scheme/],
])('what is said of an address in %s shows no secret of it', async (_, words, env, reason) => {
  const { code, stdout, stderr } = await runClew(words, env)
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(reason)])
  expect(stderr).not.toContain(secret)
})

test('the user of an address goes to the proxy before a desk as a header', async () => {
  const seen: (string | undefined)[] = []
  const proxy = createServer(({ headers }, response) => {
    seen.push(headers.authorization)
    response.end('{"logs":[]}')
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const { port } = proxy.address() as { port: number }
  const { code } = await runClew(['logs', 'x', '--desk', `http://me:a%40b@127.0.0.1:${port}`])
  proxy.close()
  expect([code, seen]).toEqual([0, [`Basic ${Buffer.from('me:a@b').toString('base64')}`]])
})

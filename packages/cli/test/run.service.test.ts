import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import { application } from '../../node/test/app-process.ts'
import { deskBeside } from '../src/run/beside-desk.ts'
import { killAll, runClew, runOnTerminal, startClew, startDeskCommand } from './clew-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-run-'))
afterAll(() => {
  killAll()
  rmSync(folder, { recursive: true })
})

const inApplication = { cwd: application }
const quiet = { CLEW_QUIET: '1' }

async function words(command: readonly string[], ...options: string[]): Promise<string[]> {
  return ['run', '--port', String(await freePort()), '--memory', ...options, '--', ...command]
}

const node = (code: string, ...more: string[]): string[] => [process.execPath, ...more, '-e', code]

test('input, output and exit code are those of the application, and CLEW_QUIET leaves nothing else', async () => {
  const code = "process.stdin.pipe(process.stdout); process.stderr.write('bad'); process.exitCode = 7"
  const ended = await runClew(await words(node(code)), quiet, 'hello', inApplication)
  expect(ended).toEqual({ code: 7, stdout: 'hello', stderr: 'bad' })
})

test('what clew says is on stderr: where the desk is, and how to see its data afterwards', async () => {
  const data = join(folder, 'said')
  const port = String(await freePort())
  const command = ['run', '--port', port, '--data', data, '--', ...node('1')]
  const { code, stdout, stderr } = await runClew(command, {}, '', inApplication)
  expect([code, stdout]).toEqual([0, ''])
  const lines = stderr.split('\n').filter((line) => !line.startsWith('[clew] '))
  expect(lines).toEqual([
    `[clew run] the desk is at http://127.0.0.1:${port}, and keeps its data in ${data}`,
    `[clew run] the desk has ended; see what it has with: npx clew desk --data ${data}`,
    '',
  ])
})

test('the application is joined without a word of its own, and its chain is in the data of the desk', async () => {
  const data = join(folder, 'joined')
  const command = [
    'run',
    '--port',
    String(await freePort()),
    '--data',
    data,
    '--',
    process.execPath,
    'ways/app.cjs',
  ]
  const ran = await runClew(command, quiet, '', inApplication)
  expect([ran.code, ran.stdout.trim().split('\n').at(-1)]).toEqual([0, '{"copies":1}'])
  const desk = await startDeskCommand(['--data', data])
  const { stdout } = await runClew(['logs', '--desk', desk.url])
  await desk.stop()
  expect(stdout).toMatch(/INFO {2}\[kinds\] first trace=(\w{32})\n.*INFO {2}\[kinds\] second trace=\1\n/)
})

test('a desk that runs on the port is joined, and stays', async () => {
  const desk = await startDeskCommand()
  const { port } = new URL(desk.url)
  const command = ['run', '--port', port, '--', process.execPath, 'ways/app.cjs']
  const { code, stderr } = await runClew(command, {}, '', inApplication)
  expect([
    code,
    stderr.includes(`[clew run] the desk that runs already is at http://localhost:${port}\n`),
  ]).toEqual([0, true])
  const { stdout } = await runClew(['logs', 'first', '--desk', desk.url])
  expect([stdout.includes('[kinds] first'), stderr.includes('has ended')]).toEqual([true, false])
  await desk.stop()
})

test('a desk with tokens is joined by those of the environment, and not without them', async () => {
  const desk = await startDeskCommand(['--memory', '--token', 'to-read', '--ingest-token', 'to-send'])
  const command = ['run', '--port', new URL(desk.url).port, '--', process.execPath, 'ways/app.cjs']
  expect(desk.output.stdout).toContain(
    `  OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer%20<ingest token>' \\\n  OTEL_EXPORTER_OTLP_ENDPOINT=${desk.url} node `,
  )
  const without = await runClew(command, {}, '', inApplication)
  expect([without.code, without.stderr]).toEqual([
    0,
    expect.stringContaining(
      'the desk there wants its tokens; set CLEW_DESK_TOKEN and CLEW_DESK_INGEST_TOKEN',
    ),
  ])
  const tokens = { CLEW_DESK_TOKEN: 'to-read', CLEW_DESK_INGEST_TOKEN: 'to-send' }
  await runClew(command, tokens, '', inApplication)
  const { stdout } = await runClew(['logs', 'first', '--desk', desk.url, '--token', 'to-read'])
  expect(stdout.split('\n').length).toBe(2)
  await desk.stop()
})

test('each token of a desk is tried before it is joined, and the one that is missing or wrong is named', async () => {
  const desk = await startDeskCommand(['--memory', '--token', 'to-read', '--ingest-token', 'to-send'])
  const port = Number(new URL(desk.url).port)
  const joined = (token?: string, ingestToken?: string): Promise<unknown> =>
    deskBeside({ port, directory: undefined, token, ingestToken, report: () => {} }).then(
      ({ isOwn }) => isOwn,
      (error: Error) => error.message,
    )
  const place = `http://localhost:${port}: `
  expect(await joined('to-read', 'to-send')).toBe(false)
  expect(await joined('guessed', 'to-send')).toContain(`${place}CLEW_DESK_TOKEN is not the token to read of`)
  expect(await joined('to-read')).toContain(
    `${place}the desk there wants its token to send, too; set CLEW_DESK_INGEST_TOKEN`,
  )
  expect(await joined('to-read', 'to')).toContain(
    `${place}CLEW_DESK_INGEST_TOKEN is not the token to send of`,
  )
  await desk.stop()
})

test('what else listens on the port, or a folder that cannot be written, is told, and the application runs as it is', async () => {
  const other = createServer((socket) => socket.end('no HTTP\r\n')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const print = [process.execPath, '-p', 'process.env.NODE_OPTIONS']
  const env = { NODE_OPTIONS: '--no-warnings' }
  const taken = await runClew(
    ['run', '--port', String(port), '--memory', '--', ...print],
    env,
    '',
    inApplication,
  )
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const unwritable = ['run', '--port', String(await freePort()), '--data', join(file, 'data'), '--', ...print]
  const denied = await runClew(unwritable, env, '', inApplication)
  other.close()
  for (const { code, stdout, stderr } of [taken, denied]) {
    expect([code, stdout]).toEqual([0, '--no-warnings\n'])
    expect(stderr).toMatch(
      /^\[clew run\] no desk: .*; .*\n\[clew run\] the application starts without it, and without the preload\n$/,
    )
  }
})

test('what Node is told already stays, and comes first', async () => {
  const print = [process.execPath, '-p', 'process.env.NODE_OPTIONS']
  const env = { ...quiet, NODE_OPTIONS: '--no-warnings --max-http-header-size=20000' }
  const { stdout } = await runClew(await words(print), env, '', inApplication)
  expect(stdout).toMatch(/^--no-warnings --max-http-header-size=20000 --require \S+run\.cjs\n$/)
})

test('an endpoint that is set is set aside, and said by its name alone', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://me:secret@127.0.0.1:2',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=secret',
  }
  const print = [
    process.execPath,
    '-p',
    'Object.keys(process.env).filter((name) => /OTLP/.test(name)).sort().join()',
  ]
  const { stdout, stderr } = await runClew(await words(print), env, '', inApplication)
  expect(stdout).toBe('OTEL_EXPORTER_OTLP_ENDPOINT,OTEL_EXPORTER_OTLP_PROTOCOL\n')
  expect(stderr).toContain(
    '[clew run] this run sends to it alone: OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT set aside\n',
  )
  expect(stderr).not.toContain('secret')
})

test('an application without @clew/node runs, and hears of clew add', async () => {
  const { code, stderr } = await runClew(await words(node('1')), { ...quiet, NODE_PATH: '' }, '', {
    cwd: folder,
  })
  expect([code, stderr]).toEqual([
    0,
    `[clew run] no @clew/node is installed in ${folder}, so nothing of it is seen there; npx clew add installs it\n`,
  ])
})

const waits = (signal: string): string => `
process.on('${signal}', () => { console.log('got it'); setTimeout(() => process.exit(5), 200) })
setInterval(() => {}, 1000)
console.log('ready')`

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const)(
  '%s goes to the application once, whose exit code comes back',
  async (signal) => {
    const clew = startClew(await words(node(waits(signal))), { env: quiet, ...inApplication })
    await clew.until(({ stdout }) => stdout.includes('ready'))
    clew.send(signal)
    expect(await clew.ended).toEqual({ code: 5, signal: null })
    expect(clew.output.stdout).toBe('ready\ngot it\n')
  },
)

test.each(['SIGINT', 'SIGTERM'] as const)('an application that %s ends ends clew by it', async (signal) => {
  const command = node("setInterval(() => {}, 1000); console.log('ready')")
  const clew = startClew(await words(command), { env: quiet, ...inApplication })
  await clew.until(({ stdout }) => stdout.includes('ready'))
  clew.send(signal)
  expect(await clew.ended).toEqual({ code: null, signal })
})

test('an application that kills itself, and one whose code is 200, end clew alike', async () => {
  const killed = startClew(await words(node("process.kill(process.pid, 'SIGKILL')")), { ...inApplication })
  expect(await killed.ended).toEqual({ code: null, signal: 'SIGKILL' })
  expect((await runClew(await words(node('process.exit(200)')), quiet, '', inApplication)).code).toBe(200)
})

test('Ctrl-C on a terminal comes to the application once, and the desk ends behind it', async () => {
  const command = await words(node(waits('SIGINT')))
  const { stdout, code } = await runOnTerminal(command, {}, '\x03', { ...inApplication, typeAt: 'ready' })
  expect([code, stdout.match(/got it/g)]).toEqual([5, ['got it']])
  expect(stdout.indexOf('got it')).toBeLessThan(stdout.indexOf('the desk has ended'))
})

test('on a terminal the page opens at the first chain; with --no-open or in CI it does not', async () => {
  const opened = join(folder, 'opened')
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" >> '${opened}'\n`)
  chmodSync(join(folder, 'xdg-open'), 0o755)
  const env = { PATH: `${folder}:${process.env.PATH}`, CI: '' }
  const code = `
require('node:http').createServer((request, response) => response.end()).listen(0, '127.0.0.1', async function () {
  await (await fetch('http://127.0.0.1:' + this.address().port)).text()
  console.log('asked')
  process.on('SIGINT', () => process.exit(0))
})`
  const options = { ...inApplication, typeAt: 'the first chain: http' }
  const { stdout } = await runOnTerminal(await words(node(code)), env, '\x03', options)
  const page = /the first chain: (http:\/\/\S+\/t\/\w{32})/.exec(stdout)?.[1]
  await expect.poll(() => existsSync(opened) && readFileSync(opened, 'utf8')).toBe(`${page}\n`)
  await runOnTerminal(await words(node(code), '--no-open'), env, '\x03', options)
  const inCi = await runOnTerminal(await words(node(code)), { ...env, CI: 'true' }, '\x03', {
    ...inApplication,
    typeAt: 'asked',
  })
  expect([readFileSync(opened, 'utf8'), inCi.stdout.includes('first chain')]).toEqual([`${page}\n`, false])
})

test('a command that is not there has the code of a shell', async () => {
  expect(await runClew(await words(['nodd', 'app.js']), quiet, '', inApplication)).toEqual({
    code: 127,
    stdout: '',
    stderr:
      '[clew run] nodd: there is no such command; write the one that starts the application behind --\n',
  })
})

test('without -- the command begins at the first word that is no option, and --help behind it is its own', async () => {
  const port = String(await freePort())
  const command = [
    'run',
    '--port',
    port,
    '--memory',
    process.execPath,
    '-p',
    'process.argv.slice(1).join()',
    '--help',
  ]
  const { code, stdout } = await runClew([...command.slice(0, -1), '--', '--help'], quiet, '', inApplication)
  expect([code, stdout]).toEqual([0, '--help\n'])
  const help = await runClew(
    ['run', '--memory', '--port', port, process.execPath, '--help'],
    quiet,
    '',
    inApplication,
  )
  expect(help.stdout).toMatch(/^Usage: node /)
})

test('without a command it says which to write', async () => {
  expect(await runClew(['run', '--memory'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'clew run: which command? Write it behind --, as in: clew run -- node app.js\n',
  })
})

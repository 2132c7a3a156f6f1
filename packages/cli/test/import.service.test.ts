import { exec } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { killAll, type RunningDesk, runClew, startDeskCommand } from './clew-process.ts'

const bin = join(import.meta.dirname, '../dist/bin.js')
let desk: RunningDesk
let folder: string

beforeAll(async () => {
  desk = await startDeskCommand()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-import-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
afterAll(killAll)

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const line = '{"level":"warn","time":1764000000000,"msg":"from a file"}'
const trace = {
  data: [
    {
      traceID: '0af7651916cd43dd8448eb211c80319c',
      spans: [
        {
          traceID: '0af7651916cd43dd8448eb211c80319c',
          spanID: 'b7ad6b7169203331',
          operationName: 'GET /',
          startTime: 1764000000000000,
          duration: 5,
          processID: 'p1',
        },
      ],
      processes: { p1: { serviceName: 'orders' } },
    },
  ],
}

test('files, packed or not, of whatever name, and each in a folder are imported', async () => {
  const jaeger = write('download.txt', JSON.stringify(trace))
  mkdirSync(join(folder, 'logs', 'old'), { recursive: true })
  write('logs/a.log.gz', gzipSync(`${line}\n${line}\n`))
  write('logs/old/b.log', '2025-11-24 16:00:00 ERROR it failed\n')
  const { code, stdout, stderr } = await runClew(['import', jaeger, join(folder, 'logs'), '--desk', desk.url])
  expect([code, stdout.replaceAll(folder, ''), stderr]).toEqual([
    0,
    '/download.txt: 0 lines, 1 span (Jaeger)\n/logs/a.log.gz: 2 lines, 0 spans (log objects)\n/logs/old/b.log: 1 line, 0 spans (lines of text)\n',
    '',
  ])
})

test('what is no record is told with file and line; a file that is something else ends with code 1', async () => {
  const some = write('some.ndjson', `${line}\nno record\n`)
  const image = write('logs.json', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
  const { code, stdout, stderr } = await runClew(['import', some, image, '--desk', desk.url])
  expect([code, stdout, stderr]).toEqual([
    1,
    `${some}: 1 line, 0 spans (log objects)\n`,
    `${some}:2: neither JSON nor a line that begins with a time\n` +
      `${image}: this looks like an image (PNG): a file of OTLP (JSON or protobuf), Jaeger, Zipkin v2 or Tempo, of log objects, or of lines that begin with a time is read (nothing of it is kept)\n`,
  ])
})

test('stdin is a file as well, and --json is one object for each', async () => {
  const { code, stdout } = await runClew(['import', '-', '--json', '--desk', desk.url], {}, `${line}\n`)
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { file: '-', format: 'log objects', logs: 1, spans: 0, rejected: 0, problems: [] },
  ])
})

test('no file, a missing one, and a desk that is not there', async () => {
  const none = await runClew(['import', '--desk', desk.url])
  const missing = await runClew(['import', join(folder, 'x'), '--desk', desk.url])
  const away = await runClew(['import', write('a', line), '--desk', 'http://127.0.0.1:9'])
  expect([none, missing, away].map(({ code, stderr }) => [code, stderr.replaceAll(folder, '')])).toEqual([
    [1, 'clew import: which file? Give one or more, or - for stdin\n'],
    [1, 'clew import: /x: there is no such file\n'],
    [1, '/a: no desk answers at http://127.0.0.1:9 (ECONNREFUSED); start one with: npx clew desk\n'],
  ])
})

test('whoever writes into a pipe may take longer to begin than the desk waits for a request', async () => {
  const impatient = createServer(
    { headersTimeout: 2000, connectionsCheckingInterval: 100 },
    (request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/json')
        response.end('{"format":"log objects","logs":1,"spans":0,"rejected":0,"problems":[]}')
      })
    },
  )
  impatient.listen(0, '127.0.0.1')
  await once(impatient, 'listening')
  const { port } = impatient.address() as AddressInfo
  const late = `(sleep 4; echo '${line}') | '${process.execPath}' '${bin}' import - --desk http://127.0.0.1:${port}`
  const { stdout, stderr } = await promisify(exec)(late)
  expect([stdout, stderr]).toEqual(['-: 1 line, 0 spans (log objects)\n', ''])
  impatient.close()
})

test('a folder with nothing in it says so, and others go on', async () => {
  mkdirSync(join(folder, 'empty', 'too'), { recursive: true })
  const { code, stdout, stderr } = await runClew([
    'import',
    join(folder, 'empty'),
    write('a.log', line),
    '--desk',
    desk.url,
  ])
  expect([code, stdout.replaceAll(folder, ''), stderr.replaceAll(folder, '')]).toEqual([
    1,
    '/a.log: 1 line, 0 spans (log objects)\n',
    '/empty: there is no file in it, but for hidden ones and links\n',
  ])
})

// The superuser reads every folder.
if (process.getuid?.() !== 0)
  test('a folder that may not be read is told of, and others go on', async () => {
    mkdirSync(join(folder, 'logs', 'private'), { recursive: true })
    write('logs/a.log', line)
    chmodSync(join(folder, 'logs', 'private'), 0)
    const { code, stdout, stderr } = await runClew(['import', join(folder, 'logs'), '--desk', desk.url])
    chmodSync(join(folder, 'logs', 'private'), 0o700)
    expect([code, stdout.replaceAll(folder, ''), stderr.replaceAll(folder, '')]).toEqual([
      1,
      '/logs/a.log: 1 line, 0 spans (log objects)\n',
      '/logs/private: it cannot be read (EACCES)\n',
    ])
  })

test('a file larger than what is read of one that is refused is refused in time', async () => {
  const large = write('large', Buffer.alloc(100 * 1024 * 1024, 'x\n'))
  const { code, stderr } = await runClew(['import', large, '--desk', desk.url])
  expect([code, stderr]).toEqual([1, expect.stringContaining('more than 10000 lines are no records')])
})

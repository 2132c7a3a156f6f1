import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { killAll, runClew } from './clew-process.ts'

const traceId = 'ab'.repeat(16)
let folder: string
let server: Server
let url: string
let answer: (response: ServerResponse) => void

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clew-strange-'))
  writeFileSync(join(folder, 'a.log'), '2026-11-29 10:00:00 INFO a line\n')
})
beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume()
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  killAll()
})

const send =
  (body: string, type = 'application/json', status = 200) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { 'content-type': type }).end(body)

const line = {
  ...{ ref: '1.1', timeUnixNano: '1795991425000000000', severity: 9, service: 'shop', body: 'again' },
  ...{ attributes: {}, traceId: '' },
}

/** What a program that is no desk, or one that breaks, may say. */
const answers: Record<string, (response: ServerResponse) => void> = {
  'a page to log in': send('<html>log in</html>', 'text/html'),
  'an empty object': send('{}'),
  null: send('null'),
  'no JSON': send('{"logs":['),
  'lists of something else': send(
    '{"logs":[1,null],"next":5,"more":true,"arrivals":[null],"store":[],"destinations":[null]}',
  ),
  'fields of something else': send(
    `{"logs":[${JSON.stringify({ ...line, timeUnixNano: 'x', attributes: null })}],"next":null,"more":false,"store":{"logs":"1"}}`,
  ),
  'nothing, and success': (response) => void response.writeHead(204).end(),
  'a list without an end': send(JSON.stringify({ logs: [line], next: '1.1', more: true, arrivals: [] })),
  'an error that is no text': send('{"error":{"message":{"a":1}}}', 'application/json', 400),
  'half of an answer': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
    response.write('{"logs":', () => response.destroy())
  },
  'an error without an end': (response) => {
    response.writeHead(500, { 'content-type': 'text/html' })
    const more = (): void => void (response.writable && response.write('x'.repeat(65_536), more))
    more()
  },
}

const commands: Record<string, string[]> = {
  logs: ['logs'],
  'logs --limit all': ['logs', '--limit', 'all', '--json'],
  chain: ['chain', traceId],
  'chain --html': ['chain', traceId, '--html', '-'],
  'chain --compare': ['chain', traceId, '--compare', traceId, '--json'],
  clear: ['clear', '--yes'],
  import: ['import', 'a.log'],
  warnings: ['warnings'],
  'warnings --noise': ['warnings', '--noise', 'a'],
}

describe.each(Object.keys(answers))('%s in place of an answer', (name) => {
  test('is told in one line with the address, by every command, and its code is 1', async () => {
    answer = answers[name]!
    const ended = await Promise.all(
      Object.values(commands).map((words) =>
        runClew(words.map((word) => (word === 'a.log' ? join(folder, word) : word)).concat('--desk', url)),
      ),
    )
    const told = Object.keys(commands).map((command, index) => {
      const { code, stderr } = ended[index]!
      const isOne = /^[^\n]+\n$/.test(stderr) && stderr.length < 500
      const isClear = stderr.includes(url) || /is it a desk\?/.test(stderr)
      return [
        command,
        code,
        isOne && isClear && !/undefined|\[object|iterable|null|JSON at/.test(stderr) ? 'told' : stderr,
      ]
    })
    expect(told).toEqual(Object.keys(commands).map((command) => [command, 1, 'told']))
  })
})

test('what a stranger says moves no cursor', async () => {
  answer = send(
    JSON.stringify({ error: { message: 'no \u001b[2J\u001b]0;mine\u0007\nsecond' } }),
    'application/json',
    400,
  )
  const { stderr } = await runClew(['logs', '--desk', url])
  expect(stderr).toBe('clew logs: no \\u001b[2J\\u001b]0;mine\\u0007\nclew logs: second\n')
})

test('nor does what an application calls itself in its status', async () => {
  const name = '\u001b[2Jshop\u202e\nsecond'
  answer = send(
    JSON.stringify({
      ...{
        service: { name },
        version: name,
        instrumented: [{ name, libraries: [{ name: 'koa', version: name }] }],
      },
      process: { pid: 7, node: name, uptimeSeconds: 1 },
      destinations: [{ signal: 'logs', to: name, failing: { since: name, reason: name } }],
      redaction: { mode: name, counts: {} },
      configuration: { problems: [name] },
    }),
  )
  const { stdout } = await runClew(['status', url])
  expect(stdout.match(/shop<U\+202E>⏎second/g)).toHaveLength(10)
  expect(stdout).toMatch(/^([^\p{C}]+\n){7}$/u)
})

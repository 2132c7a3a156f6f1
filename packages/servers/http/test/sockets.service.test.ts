import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { activeContext, getFields, spanOf, startInstrumentation } from '@clew/core'
import { recordSpans } from '@clew/testing'
import { beforeAll, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../../scripts/node-versions.ts'
import { httpInstrumentation } from '../src/index.ts'
import { localServers, readUntil } from './local-servers.ts'

// The first run on a machine installs the other versions of Node.
beforeAll(() => Promise.all(nodeMajors.map(nodeBinary)), 600_000)

const modes = ['plain', 'compressed'] as const

test.each(nodeMajors.flatMap((major) => modes.map((mode) => [mode, major] as const)))(
  'each of 2,000 %s messages of 100 WebSockets is in the context of its own upgrade, on Node %i',
  async (mode, major) => {
    const fixture = join(import.meta.dirname, 'fixtures/sockets.mjs')
    const { stdout, stderr } = await promisify(execFile)(await nodeBinary(major), [fixture, mode])
    expect([stderr, JSON.parse(stdout)]).toEqual([
      '',
      {
        messages: 2000,
        checks: 6600,
        wrong: 0,
        ofClient: 2600,
        wrongOfClient: 0,
        requests: 100,
        wrongRequests: 0,
        open: 0,
        upgrades: 25,
      },
    ])
  },
)

const idsNow = () => [spanOf(activeContext())?.spanContext().traceId, getFields().request_id]

test.each([
  ['upgrade', 'GET /chat HTTP/1.1\r\nconnection: upgrade\r\nupgrade: echo', '/chat'],
  ['connect', 'CONNECT a:1 HTTP/1.1', 'a:1'],
])('what a socket tells after its %s belongs to that request', async (event, line, path) => {
  const spans = recordSpans()
  const servers = localServers()
  const stop = startInstrumentation(httpInstrumentation)
  const seen: unknown[] = []
  const server = createServer((_, res) => res.end(JSON.stringify(idsNow())))
  server.on(event, (_, socket: Socket) => {
    for (const told of ['data', 'end', 'close'])
      socket.on(told, (chunk) => seen.push([told, `${chunk}`, ...idsNow()]))
    socket.on('end', () => socket.end()).write('switched')
  })
  const port = await servers.listen(server)
  const traceIds = ['a', 'b'].map((digit) => digit.repeat(32))
  const sockets = await Promise.all(
    traceIds.map(async (traceId, i) => {
      const socket = await servers.connect(port)
      // A request before, on the same connection.
      socket.write('GET / HTTP/1.1\r\nhost: a\r\nx-request-id: before\r\n\r\n')
      await readUntil(socket, 'before')
      const trace = `traceparent: 00-${traceId}-${'c'.repeat(16)}-01`
      socket.write(`${line}\r\nhost: a\r\nx-request-id: r${i}\r\n${trace}\r\n\r\n`)
      await readUntil(socket, 'switched')
      return socket
    }),
  )
  for (const text of ['one', 'two'])
    for (const [i, socket] of sockets.entries()) {
      const count = seen.length
      socket.write(`${text}${i}`)
      while (seen.length === count) await new Promise(setImmediate)
    }
  const kept = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-request-id': 'beside' } })
  const beside = await kept.json()
  for (const socket of sockets) {
    const count = seen.length
    socket.end()
    while (seen.length < count + 2) await new Promise(setImmediate)
  }
  const begun = await servers.connect(port)
  begun.write(`${line}\r\nhost: a\r\nx-request-id: r2\r\n\r\n`)
  await readUntil(begun, 'switched')
  begun.end('last')
  await once(begun, 'close')
  const ended = await spans.waitFor((all) => all.length === 4)
  servers.close()
  stop()
  spans.stop()
  const [upgrade] = ended.filter(({ attributes }) => attributes['url.path'] === path)
  const of = (i: number) => [traceIds[i], `r${i}`]
  expect(seen).toEqual([
    ['data', 'one0', ...of(0)],
    ['data', 'one1', ...of(1)],
    ['data', 'two0', ...of(0)],
    ['data', 'two1', ...of(1)],
    ['end', 'undefined', ...of(0)],
    ['close', 'false', ...of(0)],
    ['end', 'undefined', ...of(1)],
    ['close', 'false', ...of(1)],
    ['data', 'last', upgrade!.traceId, 'r2'],
    ['end', 'undefined', upgrade!.traceId, 'r2'],
    ['close', 'false', upgrade!.traceId, 'r2'],
  ])
  expect([beside[1], traceIds.includes(beside[0]), spans.open()]).toEqual(['beside', false, 0])
})

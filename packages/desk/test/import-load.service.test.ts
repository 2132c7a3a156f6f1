import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ImportResult } from '../api/index.ts'
import { json, logsRequest, problemOf, type RunningDesk, send, startDesk } from './running-desk.ts'

let desk: RunningDesk

beforeEach(async () => {
  desk = await startDesk()
})
afterEach(() => desk.close())

const file = { 'content-type': 'application/octet-stream' }
const line = (at: number): string => `{"msg":"line ${at}","time":${1764e9 + at},"level":30}\n`

/** Posts on a connection that is kept, and says whether the desk keeps it, too. */
async function post(agent: Agent, path: string, headers: object, body: string | Buffer): Promise<unknown[]> {
  const request = httpRequest(`${desk.url}${path}`, { method: 'POST', agent, headers: { ...headers } })
  request.on('error', () => {})
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  await text(response)
  return [response.statusCode, response.headers.connection, request.reusedSocket]
}

test('a kept connection works after each kind of refused import', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const refused: [object, string | Buffer][] = [
    [{ 'content-type': 'text/plain' }, 'x'.repeat(100_000)],
    [{ ...file, 'content-encoding': 'br' }, 'x'.repeat(100_000)],
    [file, Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(900_000)])],
    [file, 'no record\n'.repeat(90_000)],
    [{ ...file, 'content-encoding': 'gzip' }, 'no gzip'],
    [file, gzipSync('{}\n'.repeat(3e6))],
  ]
  const answers: unknown[] = []
  for (const [headers, body] of refused) {
    const [status] = await post(agent, '/api/import', headers, body)
    answers.push([status, ...(await post(agent, '/v1/logs', json, logsRequest(['after'])))])
  }
  agent.destroy()
  expect(answers).toEqual([415, 415, 400, 400, 400, 400].map((status) => [status, 200, 'keep-alive', true]))
})

test('of a large file that is refused the sender sees the answer, and the connection ends', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const answer = await post(agent, '/api/import', file, Buffer.alloc(40e6, '<!doctype html>'))
  const next = await post(agent, '/v1/logs', json, logsRequest(['after']))
  agent.destroy()
  expect([answer, next]).toEqual([
    [400, 'close', false],
    [200, 'keep-alive', false],
  ])
})

test('whoever reads the answer only after sending much more of a refused file gets all of it', async () => {
  const socket = connect(Number(new URL(desk.url).port), '127.0.0.1')
  socket.pause()
  const failed = once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code)
  const head =
    'POST /api/import HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n'
  socket.write(head)
  const piece = Buffer.alloc(0x100000, '<!doctype html>')
  const sent = async (): Promise<string> => {
    for (let count = 0; count < 40; count++) {
      if (!socket.write(Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')])))
        await once(socket, 'drain')
    }
    socket.write('0\r\n\r\n')
    return text(socket)
  }
  const answer = await Promise.race([sent(), failed])
  socket.destroy()
  expect([answer?.slice(0, 12), answer?.split('\r\n\r\n')[1]]).toEqual([
    'HTTP/1.1 400',
    expect.stringContaining('HTML'),
  ])
})

test('what is sent and asked is answered while files are imported', async () => {
  const large = gzipSync(Array.from({ length: 30_000 }, (_, at) => line(at)).join(''))
  let isOver = false
  const imports = Promise.all(
    [1, 2, 3].map(() => send(desk.url, '/api/import', { headers: file, body: large })),
  ).finally(() => {
    isOver = true
  })
  const statuses: number[][] = []
  while (!isOver) {
    const sent = await send(desk.url, '/v1/logs', { headers: json, body: logsRequest(['meanwhile']) })
    const asked = await send(desk.url, '/api/openapi.json')
    statuses.push([sent.status, asked.status])
  }
  const counts = (await imports).map(({ body }) => (JSON.parse(body) as ImportResult).logs)
  expect(counts).toEqual([30_000, 30_000, 30_000])
  expect([statuses.length > 3, statuses.filter((both) => both.some((status) => status !== 200))]).toEqual([
    true,
    [],
  ])
})

test('files beyond the two at once wait for their turn', async () => {
  const files = Array.from({ length: 12 }, (_, at) =>
    send(desk.url, '/api/import', { headers: file, body: line(at) }),
  )
  const replies = await Promise.all(files)
  expect(replies.map(({ status }) => status)).toEqual(files.map(() => 200))
})

test('a sender that goes in the middle leaves what came, and room for others', async () => {
  const { hostname, port } = new URL(desk.url)
  for (let at = 0; at < 4; at++) {
    const socket = connect(Number(port), hostname)
    socket.write(
      'POST /api/import HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: 99999\r\n\r\n',
    )
    socket.write(line(at))
    await new Promise<void>((resolve) => socket.end(() => resolve()))
    socket.destroy()
  }
  const reply = await send(desk.url, '/api/import', { headers: file, body: line(9) })
  expect([reply.status, (JSON.parse(reply.body) as ImportResult).logs]).toEqual([200, 1])
})

test('nine kilobytes that unpack to millions of records are cut, and what is kept is told', async () => {
  const body = gzipSync(
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${'{},'.repeat(60_000)}{}]}]}]}\n`.repeat(50),
  )
  const reply = await send(desk.url, '/api/import', { headers: file, body })
  expect([body.length < 20_000, reply.status, problemOf(reply)]).toEqual([
    true,
    413,
    expect.stringMatching(
      /^a file may have 65536 records, .*; send it unpacked, or in parts \(\d+ lines and 0 spans are kept, the rest is not\)$/,
    ),
  ])
})

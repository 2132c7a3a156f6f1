import { EventEmitter, once } from 'node:events'
import { createServer, type RequestListener, request as sendRequest } from 'node:http'
import type { Socket } from 'node:net'
import { type Stop, setFields, setHttpRoute, startInstrumentation, stopAll } from '@clew/core'
import { type LogRecorder, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpInstrumentation } from '../src/index.ts'
import { type LocalServers, localServers, log, readUntil } from './local-servers.ts'

let spans: SpanRecorder
let logs: LogRecorder
let servers: LocalServers
let stops: Stop[]

beforeEach(() => {
  spans = recordSpans()
  logs = recordLogs()
  servers = localServers()
  stops = [startInstrumentation(httpInstrumentation, { accessRecords: true, ignorePaths: ['/health'] })]
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  logs.stop()
  spans.stop()
})

const records = () => logs.logs.filter(({ eventName }) => eventName === 'http.server.request')
const serve = (listener: RequestListener) => servers.listen(createServer(listener))
const get = async (port: number, path: string, init?: RequestInit) =>
  (await fetch(`http://127.0.0.1:${port}${path}`, init)).text()

/** Once there are so many: `body | status | bytes | error.type`, without the milliseconds. */
async function told(count: number): Promise<string[]> {
  while (records().length < count) await new Promise(setImmediate)
  return records().map(({ body, severityText, attributes }) => {
    const { 'http.response.status_code': status, 'http.response.body.size': bytes } = attributes
    const text = String(body).replace(/\d+ ms$/, 'N ms')
    return [severityText, text, status, bytes, attributes['error.type']].join(' | ')
  })
}

test('a request is one record, in its span, with its route and the fields that it was given', async () => {
  const port = await serve((req, res) => {
    setHttpRoute(req, '/orders/:id')
    setFields({ user_id: 'u7' })
    res.end('hällo')
  })
  await get(port, '/orders/7?token=secret', {
    headers: { 'x-request-id': 'r1', 'x-forwarded-for': '203.0.113.9' },
  })
  await told(1)
  const [span] = await spans.waitFor((all) => all.length === 1)
  const { traceId, spanId } = span!
  expect(logs.logs).toEqual([
    {
      scope: 'clew.access',
      severityNumber: 9,
      severityText: 'info',
      body: expect.stringMatching(/^GET \/orders\/7 200 in \d+ ms$/),
      eventName: 'http.server.request',
      attributes: {
        request_id: 'r1',
        user_id: 'u7',
        'http.request.method': 'GET',
        'http.route': '/orders/:id',
        'url.path': '/orders/7',
        'http.response.status_code': 200,
        'http.response.body.size': 6,
        'http.server.request.duration': expect.any(Number),
        'client.address': '203.0.113.9',
      },
      traceId,
      spanId,
      exception: undefined,
    },
  ])
})

test('nothing is told unless it is asked for', async () => {
  stopAll(stops)
  stops = [startInstrumentation(httpInstrumentation)]
  await get(await serve((_, res) => res.end()), '/')
  await spans.waitFor((all) => all.length === 1)
  expect(logs.logs).toEqual([])
})

test('what is ignored has neither a span nor a record', async () => {
  const port = await serve((_, res) => res.end())
  await get(port, '/health')
  await get(port, '/healthy')
  expect([await told(1), spans.spans.map(({ attributes }) => attributes['url.path'])]).toEqual([
    ['info | GET /healthy 200 in N ms | 200 | 0 | '],
    ['/healthy'],
  ])
})

test('a 4xx is INFO, a 5xx is ERROR', async () => {
  const port = await serve((req, res) => res.writeHead(Number(req.url?.slice(1))).end('no'))
  for (const status of [302, 404, 500, 503]) await get(port, `/${status}`, { redirect: 'manual' })
  expect(await told(4)).toEqual([
    'info | GET /302 302 in N ms | 302 | 2 | ',
    'info | GET /404 404 in N ms | 404 | 2 | ',
    'error | GET /500 500 in N ms | 500 | 2 | 500',
    'error | GET /503 503 in N ms | 503 | 2 | 503',
  ])
})

test('bytes are those of the body, however it is written and to whom', async () => {
  const port = await serve((req, res) => {
    if (req.url === '/pieces') {
      res.write('ab')
      res.write(Buffer.from('cd'))
      res.write('0102', 'hex')
      res.end(new Uint8Array(3))
    } else if (req.url === '/204') res.writeHead(204).end('none')
    else if (req.url === '/late') {
      res.end('x')
      res.on('error', () => {})
      res.write('after the end')
    } else res.end('body')
  })
  await get(port, '/pieces')
  await get(port, '/204')
  await get(port, '/late')
  await get(port, '/', { method: 'HEAD' })
  expect((await told(4)).map((line) => line.split(' | ')[3])).toEqual(['9', '0', '1', '0'])
})

test('a streamed answer is told at its end, with the time until then', async () => {
  const client = new EventEmitter()
  const port = await serve(async (_, res) => {
    res.write('first')
    await once(client, 'go')
    res.end('last')
  })
  const response = await fetch(`http://127.0.0.1:${port}/stream`)
  const reader = response.body!.getReader()
  await reader.read()
  const before = records().length
  const since = performance.now()
  while (performance.now() - since < 30) await new Promise(setImmediate)
  client.emit('go')
  while (!(await reader.read()).done);
  expect([before, await told(1)]).toEqual([0, ['info | GET /stream 200 in N ms | 200 | 9 | ']])
  expect(records()[0]!.attributes['http.server.request.duration']).toBeGreaterThan(0.03)
})

test('a client that goes away is told, before and amid the answer', async () => {
  const begun: string[] = []
  const port = await serve((req, res) => {
    begun.push(req.url!)
    if (req.url === '/amid') res.write('half')
  })
  for (const path of ['/before', '/amid']) {
    const request = sendRequest({ port, path }).on('error', () => {})
    request.end()
    if (path === '/amid') await once(request, 'response')
    else while (begun.length === 0) await new Promise(setImmediate)
    request.destroy()
    await told(begun.length)
  }
  expect(await told(2)).toEqual([
    'info | GET /before aborted after N ms |  | 0 | aborted',
    'info | GET /amid 200 aborted after N ms | 200 | 4 | aborted',
  ])
})

test('pipelined requests of one connection are one record each, those that wait as the connection breaks, too', async () => {
  const port = await serve((req, res) => {
    if (req.url !== '/hangs') res.end('1')
  })
  const socket = await servers.connect(port)
  const lines = ['/1', '/2', '/hangs', '/waits'].map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
  socket.write(lines.join(''))
  await told(2)
  socket.destroy()
  expect((await told(4)).sort()).toEqual([
    'info | GET /1 200 in N ms | 200 | 1 | ',
    'info | GET /2 200 in N ms | 200 | 1 | ',
    'info | GET /hangs aborted after N ms |  | 0 | aborted',
    expect.stringMatching(/^info \| GET \/waits .*aborted after N ms .*aborted$/),
  ])
})

test('requests of a kept connection are one record each, and answers before the answer are none', async () => {
  const port = await serve((_, res) => {
    res.writeContinue()
    res.writeProcessing()
    res.writeEarlyHints({ link: '</a.css>; rel=preload' })
    res.end('ok')
  })
  const socket = await servers.connect(port)
  for (const path of ['/a', '/b']) {
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
    await readUntil(socket, 'ok')
  }
  expect(await told(2)).toEqual([
    'info | GET /a 200 in N ms | 200 | 2 | ',
    'info | GET /b 200 in N ms | 200 | 2 | ',
  ])
})

test.each([
  ['upgrade', 'GET /chat HTTP/1.1\r\nconnection: upgrade\r\nupgrade: echo', 'GET /chat'],
  ['connect', 'CONNECT a:1 HTTP/1.1', 'CONNECT a:1'],
])('an %s is one record when its socket closes, in the trace of its lines', async (event, line, what) => {
  const server = createServer()
  server.on(event, (_, socket: Socket) => {
    log('switched')
    socket.on('end', () => socket.end()).write('switched')
  })
  const socket = await servers.connect(await servers.listen(server))
  socket.write(`${line}\r\nhost: a\r\n\r\n`)
  await readUntil(socket, 'switched')
  const before = records().length
  socket.end()
  expect([before, await told(1)]).toEqual([0, [`info | ${what} handed over, closed after N ms |  |  | `]])
  expect(new Set(logs.logs.map(({ traceId }) => traceId)).size).toBe(1)
})

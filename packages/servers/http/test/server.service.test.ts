import { once } from 'node:events'
import { createServer, request as sendRequest } from 'node:http'
import {
  activeContext,
  getFields,
  hideServer,
  httpRequestOf,
  type Stop,
  setFields,
  setHttpRoute,
  spanOf,
  startInstrumentation,
  stopAll,
} from '@clew/core'
import { type RecordedLog, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpInstrumentation } from '../src/index.ts'
import { type LocalServers, localServers, log, readUntil, spanOfOrders } from './local-servers.ts'

let spans: SpanRecorder
let servers: LocalServers
let stops: Stop[]

beforeEach(() => {
  spans = recordSpans()
  servers = localServers()
  stops = []
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  spans.stop()
})

function start(
  options: Parameters<typeof startInstrumentation<typeof httpInstrumentation.options & {}>>[1] = {},
) {
  stops.push(startInstrumentation(httpInstrumentation, options))
}

const oneSpan = async () => (await spans.waitFor((all) => all.length === 1))[0]!
const placeOf = ({ body, traceId, spanId }: RecordedLog) => ({ body, traceId, spanId })

test('requests of a hidden server become no span and have no fields', async () => {
  start()
  const fields: unknown[] = []
  const server = createServer((_, res) => {
    fields.push(getFields())
    res.end()
  })
  hideServer(server)
  const hidden = await servers.listen(server)
  const port = await servers.listen(createServer((_, res) => res.end()))
  await (await fetch(`http://127.0.0.1:${hidden}/`, { headers: { 'x-request-id': 'r1' } })).text()
  await (await fetch(`http://127.0.0.1:${port}/shown`)).text()
  expect([(await oneSpan()).attributes['url.path'], fields]).toEqual(['/shown', [{}]])
})

test('a request becomes one server span with the stable attributes', async () => {
  start()
  const port = await servers.listen(createServer((_, res) => res.end('hi')))
  await (
    await fetch(`http://127.0.0.1:${port}/orders?sig=secret&page=2`, { headers: { 'user-agent': 'test/1' } })
  ).text()
  expect(await oneSpan()).toEqual(spanOfOrders(port, '1.1'))
})

test('a route that is told while the request runs names the span', async () => {
  start()
  const server = createServer((req, res) => {
    setHttpRoute(req, '/orders')
    setHttpRoute(req, '/orders/:id')
    res.end()
  })
  await fetch(`http://127.0.0.1:${await servers.listen(server)}/orders/7`)
  const { name, attributes } = await oneSpan()
  expect([name, attributes['http.route']]).toEqual(['GET /orders/:id', '/orders/:id'])
})

test('a status of 500 fails the span and one of 404 does not', async () => {
  start()
  const server = createServer((req, res) => res.writeHead(Number(req.url?.slice(1))).end())
  const port = await servers.listen(server)
  await fetch(`http://127.0.0.1:${port}/404`)
  await fetch(`http://127.0.0.1:${port}/503`)
  const ended = await spans.waitFor((all) => all.length === 2)
  expect(ended.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
    ['unset', undefined],
    ['error', '503'],
  ])
})

test('the listeners of a request whose body comes late run in its context', async () => {
  start()
  const logs = recordLogs()
  stops.push(logs.stop)
  const server = createServer((req, res) => {
    req.on('data', (chunk) => log(`data ${chunk}`))
    req.on('end', () => {
      log('end')
      res.end('done')
    })
    res.on('finish', () => log('finish'))
    res.on('close', () => log('response close'))
    log('begin')
  })
  const socket = await servers.connect(await servers.listen(server))
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\n')
  await once(server, 'request')
  for (const half of ['abc', 'def']) {
    const seen = logs.logs.length
    socket.write(half)
    while (logs.logs.length === seen) await new Promise(setImmediate)
  }
  await readUntil(socket, 'done')
  const { traceId, spanId } = await oneSpan()
  expect(logs.logs.map(placeOf)).toEqual(
    ['begin', 'data abc', 'data def', 'end', 'finish', 'response close'].map((body) => ({
      body,
      traceId,
      spanId,
    })),
  )
})

test('a client that goes away ends the span, unset, with error.type aborted, after its listeners', async () => {
  start()
  const logs = recordLogs()
  stops.push(logs.stop)
  const server = createServer((req, res) => {
    req.on('error', (error) => log(`request error ${error.message}`))
    res.on('close', () => log('response close'))
  })
  const socket = await servers.connect(await servers.listen(server))
  socket.write('POST /slow HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc')
  await once(server, 'request')
  socket.destroy()
  const { traceId, spanId, status, attributes } = await oneSpan()
  expect([status, attributes['error.type'], attributes['http.response.status_code']]).toEqual([
    'unset',
    'aborted',
    undefined,
  ])
  await new Promise(setImmediate)
  expect(logs.logs.map(placeOf)).toEqual(
    ['response close', 'request error aborted'].map((body) => ({ body, traceId, spanId })),
  )
})

test('pipelined requests each have a trace, and the end of their connection ends all of them', async () => {
  start()
  const seen: string[] = []
  const server = createServer((req, res) => {
    seen.push(spanOf(activeContext())!.spanContext().traceId)
    req.resume()
    if (req.url === '/quick') res.end('quick')
  })
  const socket = await servers.connect(await servers.listen(server))
  socket.write(['/quick', '/a', '/b', '/c'].map((url) => `GET ${url} HTTP/1.1\r\nhost: a\r\n\r\n`).join(''))
  await readUntil(socket, 'quick')
  while (seen.length < 4) await new Promise(setImmediate)
  socket.destroy()
  const ended = await spans.waitFor((all) => all.length === 4)
  expect(ended.map(({ traceId }) => traceId).sort()).toEqual([...new Set(seen)].sort())
  expect(spans.open()).toBe(0)
})

test('x-request-id becomes a field when it is short and visible, else one is made', async () => {
  start()
  const server = createServer((_, res) => {
    setFields({ user_id: 7 })
    setImmediate(() => res.end(JSON.stringify(getFields())))
  })
  const origin = `http://127.0.0.1:${await servers.listen(server)}`
  const fieldsFor = async (id?: string) =>
    (await fetch(origin, id === undefined ? {} : { headers: { 'x-request-id': id } })).json()
  const made = expect.stringMatching(/^[0-9a-f-]{36}$/)
  expect([
    await fieldsFor('abc-1'),
    await fieldsFor(),
    await fieldsFor('a b'),
    await fieldsFor('é'),
    await fieldsFor('x'.repeat(129)),
  ]).toEqual([{ request_id: 'abc-1', user_id: 7 }, ...Array(4).fill({ request_id: made, user_id: 7 })])
})

test('request id and trace id go back only when asked for', async () => {
  start({ respondRequestId: true, respondTraceId: true })
  const port = await servers.listen(createServer((_, res) => res.end()))
  const { headers } = await fetch(`http://127.0.0.1:${port}`, { headers: { 'x-request-id': 'abc-1' } })
  const { traceId, spanId } = await oneSpan()
  expect([headers.get('x-request-id'), headers.get('traceresponse')]).toEqual([
    'abc-1',
    `00-${traceId}-${spanId}-01`,
  ])
  stops.pop()?.()
  start()
  const plain = await fetch(`http://127.0.0.1:${port}`)
  expect([plain.headers.get('x-request-id'), plain.headers.get('traceresponse')]).toEqual([null, null])
})

test('an ignored path has no span and not the context of the request before it', async () => {
  start({ ignorePaths: ['/health', '/assets/*'] })
  const server = createServer((_, res) =>
    res.end(JSON.stringify([spanOf(activeContext()) !== undefined, Object.keys(getFields())])),
  )
  const socket = await servers.connect(await servers.listen(server))
  const answers: string[] = []
  for (const path of ['/a', '/health', '/assets/x.js?v=1', '/healthy']) {
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nx-request-id: 1\r\n\r\n`)
    answers.push(/\[.*/.exec(await readUntil(socket, ']]'))![0])
  }
  expect(answers).toEqual([
    '[true,["request_id"]]',
    '[false,["request_id"]]',
    '[false,["request_id"]]',
    '[true,["request_id"]]',
  ])
  const ended = await spans.waitFor((all) => all.length === 2)
  expect(ended.map(({ attributes }) => attributes['url.path'])).toEqual(['/a', '/healthy'])
})

test.each(['GET /chat HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket', 'CONNECT a:1 HTTP/1.1'])(
  'an upgrade has no span, fields of its own, and the trace of its caller: %s',
  async (line) => {
    start()
    const seen: unknown[] = []
    const server = createServer((_, res) => res.end('first'))
    for (const event of ['upgrade', 'connect']) {
      server.on(event, (_, socket) => {
        setFields({ user_id: 7 })
        seen.push([spanOf(activeContext())?.spanContext().traceId, getFields()])
        socket.end('switched')
      })
    }
    const socket = await servers.connect(await servers.listen(server))
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await readUntil(socket, 'first')
    const traceId = 'a'.repeat(32)
    socket.write(
      `${line}\r\nhost: a\r\nx-request-id: ws\r\ntraceparent: 00-${traceId}-${'b'.repeat(16)}-01\r\n\r\n`,
    )
    await readUntil(socket, 'switched')
    expect(seen).toEqual([[traceId, { request_id: 'ws', user_id: 7 }]])
    expect(spans.spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/'])
  },
)

test('garbage after a request is nobody’s: clientError has no context', async () => {
  start()
  const seen: unknown[] = []
  const server = createServer((_, res) => res.end('first'))
  server.on('clientError', (_, socket) => {
    seen.push(spanOf(activeContext()))
    socket.destroy()
  })
  const socket = await servers.connect(await servers.listen(server))
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  await readUntil(socket, 'first')
  socket.write('bogus\r\n\r\n')
  await once(socket, 'close')
  expect(seen).toEqual([undefined])
})

test('a request that is dispatched again by hand stays one request', async () => {
  start()
  let rounds = 0
  const contexts = new Set<unknown>()
  const server = createServer((req, res) => {
    contexts.add(httpRequestOf(req)?.context).add(activeContext())
    if (++rounds < 3) setImmediate(() => server.emit('request', req, res))
    else res.end()
  })
  await fetch(`http://127.0.0.1:${await servers.listen(server)}`)
  await oneSpan()
  expect([contexts.size, rounds, spans.open()]).toEqual([1, 3, 0])
})

test('the application sees no listener, property or method of ours on its objects', async () => {
  const look = async (): Promise<unknown> => {
    let shape: unknown
    const server = createServer((req, res) => {
      shape = [req, res, server].map((object) => [
        Reflect.ownKeys(object).map(String).sort(),
        object.eventNames(),
      ])
      res.end()
    })
    const port = await servers.listen(server)
    const request = sendRequest({ port, host: '127.0.0.1', agent: false }).end()
    const [response] = await once(request, 'response')
    const sides = [request, response].map((object) => Reflect.ownKeys(object).map(String).sort())
    response.resume()
    await once(response, 'end')
    return [shape, sides]
  }
  const without = await look()
  start()
  expect(await look()).toEqual(without)
})

test('after a stop there are no spans and no contexts', async () => {
  start()
  stops.pop()?.()
  const server = createServer((_, res) =>
    res.end(String(activeContext().getValue(Symbol()) ?? spanOf(activeContext()))),
  )
  const response = await fetch(`http://127.0.0.1:${await servers.listen(server)}`)
  expect([await response.text(), spans.spans, spans.open()]).toEqual(['undefined', [], 0])
})

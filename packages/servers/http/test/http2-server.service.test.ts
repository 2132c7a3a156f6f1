import { once } from 'node:events'
import http2, { type ClientHttp2Stream } from 'node:http2'
import https from 'node:https'
import type { Socket } from 'node:net'
import {
  activeContext,
  getFields,
  hideServer,
  type KeptTraces,
  rootContext,
  runInContext,
  setFields,
  setKeptTraces,
  spanOf,
} from '@clew/core'
import { recordLogs } from '@clew/testing'
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import {
  ask,
  ca,
  closeOf,
  closers,
  ended,
  listen,
  oneSpan,
  open,
  outcome,
  spans,
  start,
  stops,
  tls,
} from './http2-rig.ts'
import { spanOfOrders } from './local-servers.ts'

describe('a server', () => {
  test('a request becomes one server span with the stable attributes', async () => {
    start()
    const session = await open(http2.createServer((_, res) => void res.end('hi')))
    await ask(session, { ':path': '/orders?sig=secret&page=2', 'user-agent': 'test/1' })
    const port = (session.socket as Socket).remotePort
    expect(await oneSpan()).toEqual(spanOfOrders(port, '2'))
  })

  test('ends as with HTTP/1: a 5xx fails, a 4xx does not, a client that goes away is told by error.type', async () => {
    start({ accessRecords: true })
    const logs = recordLogs()
    stops.push(logs.stop)
    const server = http2.createServer((req, res) => {
      const status = Number(req.url.slice(1))
      req.on('error', () => {})
      if (status) res.writeHead(status).end('body')
      else if (req.url === '/amid') res.write('half')
      else if (req.url === '/dies') req.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
      else if (req.url === '/file') req.stream.respondWithFile(import.meta.filename)
    })
    const session = await open(server)
    await ask(session, { ':path': '/200' })
    await ask(session, { ':path': '/200', ':method': 'HEAD' })
    await ask(session, { ':path': '/404' })
    await ask(session, { ':path': '/503' })
    const { body } = await ask(session, { ':path': '/file' })
    const give = async (path: string, when: (stream: ClientHttp2Stream) => Promise<unknown>) => {
      const stream = session.request({ ':path': path })
      await when(stream)
      stream.close(http2.constants.NGHTTP2_CANCEL)
      await closeOf(stream)
    }
    await give('/amid', (stream) => once(stream.resume(), 'response'))
    await give('/hangs', () => once(server, 'stream'))
    await closeOf(session.request({ ':path': '/dies' }).resume())
    const all = await ended(8)
    expect(all.map((span) => `${span.attributes['url.path']} ${outcome(span)}`)).toEqual([
      '/200 unset 200 -',
      '/200 unset 200 -',
      '/404 unset 404 -',
      '/503 error 503 503',
      '/file unset 200 -',
      '/amid unset 200 aborted',
      '/hangs unset - aborted',
      '/dies unset - aborted',
    ])
    const size = Buffer.byteLength(body)
    expect(
      logs.logs.map(({ severityText, attributes }) => [severityText, attributes['http.response.body.size']]),
    ).toEqual([
      ['info', 4],
      ['info', 0],
      ['info', 4],
      ['error', 4],
      ['info', size],
      ['info', 4],
      ['info', 0],
      ['info', 0],
    ])
  })

  test('an ignored path has fields and no span, a hidden server neither', async () => {
    start({ ignorePaths: ['/health'] })
    const fields: unknown[] = []
    const serve = () =>
      http2.createServer((_, res) => {
        fields.push(getFields())
        res.end()
      })
    const hidden = serve()
    hideServer(hidden)
    await ask(await open(hidden), { 'x-request-id': 'r1' })
    const session = await open(serve())
    await ask(session, { ':path': '/health', 'x-request-id': 'r2' })
    await ask(session, { ':path': '/shown', 'x-request-id': 'r3' })
    expect([fields, (await oneSpan()).attributes['url.path']]).toEqual([
      [{}, { request_id: 'r2' }, { request_id: 'r3' }],
      '/shown',
    ])
  })

  test('answers say the request id and the trace where they are asked to, by each way to answer', async () => {
    start({ respondRequestId: true, respondTraceId: true })
    const server = http2.createServer()
    server.on('stream', (stream, headers) => {
      if (headers[':path'] === '/own') stream.respond({ 'X-Request-Id': 'mine' }, { endStream: true })
      else if (headers[':path'] === '/file') stream.respondWithFile(import.meta.filename, { a: '1' })
      else stream.respond(undefined, { endStream: true })
    })
    const compatible = http2.createServer((_, res) => void res.end())
    const answers: unknown[] = []
    const session = await open(server)
    for (const path of ['/', '/own', '/file']) {
      const { answer } = await ask(session, { ':path': path, 'x-request-id': 'r1' })
      answers.push([answer['x-request-id'], answer.traceresponse.split('-')[1]])
    }
    const { answer } = await ask(await open(compatible), { 'x-request-id': 'r1' })
    answers.push([answer['x-request-id'], answer.traceresponse.split('-')[1]])
    const ids = (await ended(4)).map(({ traceId }) => traceId)
    expect(answers).toEqual(['r1', 'mine', 'r1', 'r1'].map((id, index) => [id, ids[index]]))
  })

  test('the caller of a trace that is kept is told, and a mark that is passed on is not', async () => {
    const kept = new Set<string>()
    const traces: KeptTraces = {
      keep: (id) => kept.add(id).has(id),
      markOf: (id) => (kept.has(id) ? '1' : undefined),
      takeMark: () => {},
    }
    stops.push(setKeptTraces(traces))
    start()
    const session = await open(
      http2.createServer((req, res) => {
        res.setHeader('clew-kept', 'passed on')
        res.writeHead(Number(req.url.slice(1))).end()
      }),
    )
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const marks: unknown[] = []
    for (const path of ['/200', '/500', '/200']) {
      const { answer } = await ask(session, { ':path': path, traceparent })
      marks.push(answer['clew-kept'])
    }
    const mark = `${'a'.repeat(32)}-1`
    expect(marks).toEqual([undefined, mark, mark])
  })

  test('a pushed stream is none, and the one that it belongs to is', async () => {
    start()
    const server = http2.createServer()
    server.on('stream', (stream) => {
      stream.pushStream({ ':path': '/style.css' }, (_, pushed) => {
        pushed.respond({ ':status': 200 })
        pushed.end('css')
        stream.respond({ ':status': 200 })
        stream.end('html')
      })
    })
    const session = await open(server)
    const pushes: string[] = []
    session.on('stream', (pushed) => {
      pushed.resume().on('end', () => pushes.push('end'))
    })
    await ask(session)
    while (pushes.length === 0) await new Promise(setImmediate)
    expect([spans.spans.map(({ name }) => name), spans.open()]).toEqual([['GET'], 0])
  })

  test('a CONNECT has a span where its caller sent no trace, which ends when its listeners return', async () => {
    start()
    const server = http2.createServer()
    const ids: unknown[] = []
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 })
      stream.on('data', (chunk) => {
        ids.push(spanOf(activeContext())?.spanContext().traceId)
        stream.end(chunk)
      })
    })
    const session = await open(server)
    const traceId = 'a'.repeat(32)
    for (const traceparent of [undefined, `00-${traceId}-${'b'.repeat(16)}-01`]) {
      const headers = { ':method': 'CONNECT', ':authority': 'a:1', ...(traceparent && { traceparent }) }
      const stream = runInContext(rootContext, () => session.request(headers))
      await once(stream, 'response')
      if (!traceparent) expect((await oneSpan()).name).toBe('CONNECT')
      stream.resume().end('x')
      await once(stream, 'close')
    }
    expect([ids, spans.spans.length]).toEqual([[spans.spans[0]!.traceId, traceId], 1])
  })

  test('over TLS it is the same, and HTTP/1 of the same server has one span as well', async () => {
    start()
    const server = http2.createSecureServer({ ...tls, allowHTTP1: true }, (_, res) => void res.end())
    const port = await listen(server)
    const session = http2.connect(`https://localhost:${port}`, { ca })
    closers.push(() => session.destroy())
    await ask(session, { ':path': '/2' })
    await new Promise((resolve, reject) =>
      https
        .get({ port, ca, host: 'localhost', path: '/1', agent: false }, (res) =>
          res.resume().on('end', resolve),
        )
        .on('error', reject),
    )
    const seen = (await ended(2)).map(({ attributes: a }) => [
      a['url.scheme'],
      a['url.path'],
      a['network.protocol.version'],
    ])
    expect(seen).toEqual([
      ['https', '/2', '2'],
      ['https', '/1', '1.1'],
    ])
  })

  test('fastify over HTTP/2: one span, with the fields of its hooks', async () => {
    start()
    const app = fastify({ http2: true })
    app.addHook('onRequest', async () => setFields({ user_id: 'u1' }))
    app.get('/items/:n', async () => ({ id: getFields().request_id }))
    const session = http2.connect(await app.listen({ port: 0, host: '127.0.0.1' }))
    closers.push(
      () => void app.close(),
      () => session.destroy(),
    )
    const { body } = await ask(session, { ':path': '/items/7', 'x-request-id': 'r7' })
    const { attributes } = await oneSpan()
    expect([body, attributes['url.path'], attributes.user_id]).toEqual(['{"id":"r7"}', '/items/7', 'u1'])
  })
})

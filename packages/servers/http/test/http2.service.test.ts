import { execFile } from 'node:child_process'
import { once } from 'node:events'
import http2, { type ClientHttp2Stream, type Http2Server, type OutgoingHttpHeaders } from 'node:http2'
import https from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  activeContext,
  contextWithSpan,
  getFields,
  hideServer,
  type KeptTraces,
  rootContext,
  runInContext,
  type Stop,
  setFields,
  setKeptTraces,
  spanOf,
  startInstrumentation,
  stopAll,
  suppressedRoot,
} from '@clew/core'
import { recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import fastify from 'fastify'
import { Agent, request as undiciRequest } from 'undici'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../../scripts/node-versions.ts'
import { createCertificates } from '../../../otlp/test/certificates.ts'
import { httpInstrumentation } from '../src/index.ts'

// The first run on a machine installs the other versions of Node.
beforeAll(() => Promise.all(nodeMajors.map(nodeBinary)), 600_000)

test.each(nodeMajors)(
  '300 requests through two services that speak HTTP/2: each listener, line and span is of its own, on Node %i',
  async (major) => {
    const fixture = join(import.meta.dirname, 'fixtures/http2.mjs')
    const { stdout, stderr } = await promisify(execFile)(await nodeBinary(major), [fixture])
    expect([stderr, JSON.parse(stdout)]).toEqual([
      '',
      {
        checks: 5_100,
        wrong: [],
        shapes: {
          'server GET /outer/:n below bbbbbbbbbbbbbbbb unset': 300,
          'client POST below server GET /outer/:n unset': 300,
          'server POST /inner/:n below client POST unset': 300,
        },
        records: {
          'info GET /outer/N N in N ms /outer/:n': 300,
          'info POST /inner/N N in N ms /inner/:n': 300,
        },
      },
    ])
  },
  60_000,
)

const { server: tls, ca } = createCertificates()

let spans: SpanRecorder
let stops: Stop[]
const closers: (() => void)[] = []

beforeEach(() => {
  spans = recordSpans()
  stops = []
})

afterEach(() => {
  for (const close of closers.splice(0)) close()
  stopAll(stops)
  spans.stop()
})

function start(
  options: Parameters<typeof startInstrumentation<typeof httpInstrumentation.options & {}>>[1] = {},
) {
  stops.push(startInstrumentation(httpInstrumentation, options))
}

async function listen(server: Server): Promise<number> {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

async function open(server: Http2Server): Promise<http2.ClientHttp2Session> {
  const session = http2.connect(`http://127.0.0.1:${await listen(server)}`)
  closers.push(() => session.destroy())
  session.on('error', () => {})
  return session
}

/** Whatever it ends with. */
const closeOf = (stream: ClientHttp2Stream) =>
  new Promise((resolve) => stream.on('error', () => {}).once('close', resolve))

/** Outside of any span, so that there is that of the server alone. */
async function ask(session: http2.ClientHttp2Session, headers: OutgoingHttpHeaders = {}) {
  const stream = runInContext(rootContext, () => session.request(headers))
  const closed = once(stream, 'close')
  const [answer] = await once(stream, 'response')
  let body = ''
  for await (const chunk of stream.setEncoding('utf8')) body += chunk
  await closed
  return { answer, body }
}

const ended = async (count = 1) => spans.waitFor((all) => all.length === count)
const oneSpan = async () => (await ended())[0]!
const outcome = ({ status, attributes }: (typeof spans.spans)[number]) =>
  [status, attributes['http.response.status_code'] ?? '-', attributes['error.type'] ?? '-'].join(' ')

describe('a server', () => {
  test('a request becomes one server span with the stable attributes', async () => {
    start()
    const session = await open(http2.createServer((_, res) => void res.end('hi')))
    await ask(session, { ':path': '/orders?sig=secret&page=2', 'user-agent': 'test/1' })
    const port = (session.socket as Socket).remotePort
    expect(await oneSpan()).toEqual({
      name: 'GET',
      kind: 'server',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      parentSpanId: undefined,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.scheme': 'http',
        'url.path': '/orders',
        'url.query': 'sig=REDACTED&page=2',
        'server.address': '127.0.0.1',
        'server.port': port,
        'client.address': '127.0.0.1',
        'network.protocol.version': '2',
        'user_agent.original': 'test/1',
      },
      status: 'unset',
      statusMessage: undefined,
      events: [],
      links: [],
      scope: '@clew/http',
    })
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

describe('a client', () => {
  /** In a span of the application, which ends with it. */
  async function below<T>(work: () => Promise<T>): Promise<T> {
    const span = trace.getTracer('app').startSpan('work')
    return runInContext(contextWithSpan(rootContext, span), work)
  }

  const clients = () => spans.spans.filter(({ kind }) => kind === 'client')
  const oneClient = async () => {
    await spans.waitFor(() => clients().length === 1)
    return clients()[0]!
  }

  async function read(stream: ClientHttp2Stream): Promise<string> {
    let body = ''
    for await (const chunk of stream.setEncoding('utf8')) body += chunk
    return body
  }

  const echo = () => http2.createServer((req, res) => void res.end(JSON.stringify(req.headers)))

  test('a request becomes one client span with the stable attributes, and joins the other side', async () => {
    start()
    const session = await open(echo())
    const { port } = new URL(
      `http://${(await below(async () => session.request().resume())).sentHeaders[':authority']}`,
    )
    const { traceId, spanId, ...span } = await oneClient()
    expect(span).toEqual({
      name: 'GET',
      kind: 'client',
      parentSpanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.full': `http://127.0.0.1:${port}/`,
        'server.address': '127.0.0.1',
        'server.port': Number(port),
      },
      status: 'unset',
      statusMessage: undefined,
      events: [],
      links: [],
      scope: '@clew/http',
    })
    const server = spans.spans.find(({ kind }) => kind === 'server')
    expect([server?.traceId, server?.parentSpanId]).toEqual([traceId, spanId])
  })

  test('headers of the application stay as they are, and an own traceparent goes first', async () => {
    start()
    const session = await open(echo())
    const given = Object.freeze({
      ':path': '/a',
      'X-Own': '1',
      Traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`,
    })
    const body = JSON.parse(await below(async () => read(session.request(given))))
    expect([
      body['x-own'],
      body.traceparent,
      (await oneClient()).attributes['clew.propagation.omitted'],
    ]).toEqual(['1', given.Traceparent, 'own-traceparent'])
  })

  test('a list of headers gets the traceparent as well', async () => {
    start()
    const session = await open(echo())
    const list = [':path', '/list', 'a', '1'] as unknown as OutgoingHttpHeaders
    const body = JSON.parse(await below(async () => read(session.request(list))))
    const { traceId, spanId } = await oneClient()
    expect([body.a, body.traceparent]).toEqual(['1', `00-${traceId}-${spanId}-01`])
  })

  test('a gateway that passes on what it was asked with hangs the upstream below its own span', async () => {
    start()
    const upstream = await open(echo())
    const gateway = await open(
      http2.createServer((req, res) => {
        const { ':authority': _, ...headers } = req.headers
        upstream.request(headers).pipe(res.stream)
      }),
    )
    const traceparent = `00-${'e'.repeat(32)}-${'f'.repeat(16)}-01`
    const { body } = await ask(gateway, { traceparent })
    const { spanId } = await oneClient()
    expect(JSON.parse(body).traceparent).toBe(`00-${'e'.repeat(32)}-${spanId}-01`)
  })

  test('outside of a span, where tracing is suppressed, and of gRPC there is none', async () => {
    start()
    const session = await open(echo())
    const bodies = [
      await ask(session).then(({ body }) => body),
      await runInContext(suppressedRoot, () => read(session.request())),
      await below(() => read(session.request({ 'content-type': 'application/grpc+proto' }))),
    ]
    await ended(3)
    expect([bodies.filter((body) => body.includes('traceparent')), clients()]).toEqual([[], []])
  })

  test('a fetch by undici over HTTP/2 is one span, with its own header', async () => {
    start()
    const server = http2.createSecureServer(tls, (req, res) => void res.end(JSON.stringify(req.headers)))
    const port = await listen(server)
    const dispatcher = new Agent({ allowH2: true, connect: { ca } })
    const asked = () =>
      below(async () => (await undiciRequest(`https://localhost:${port}/`, { dispatcher })).body.json())
    const bodies = (await Promise.all([asked(), asked(), asked()])) as { traceparent: string }[]
    await spans.waitFor((all) => all.length === 6)
    await dispatcher.close()
    const parents = bodies.map(({ traceparent }) => traceparent.split('-')[2])
    expect([
      clients()
        .map(({ spanId }) => spanId)
        .sort(),
      spans.open(),
    ]).toEqual([parents.sort(), 3])
  })

  test('what the application gives up is no failure, what fails is one', async () => {
    start()
    const server = http2.createServer()
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      const path = headers[':path']
      if (path === '/reset') stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
      else if (path === '/cancelled') stream.close(http2.constants.NGHTTP2_CANCEL)
      else if (path === '/gone') stream.session?.destroy()
      else if (path !== '/hangs') {
        stream.respond({ ':status': path === '/404' ? 404 : 200 })
        stream.write('half')
        if (path === '/reset-amid') setImmediate(() => stream.destroy(new Error('broken')))
        if (path === '/gone-amid') setImmediate(() => stream.session?.socket.destroy())
        if (path === '/404' || path === '/whole') stream.end()
      }
    })
    const port = await listen(server)
    const run = async (
      path: string,
      end: (stream: ClientHttp2Stream) => unknown = () => {},
      options?: http2.ClientSessionRequestOptions,
    ) => {
      const session = http2.connect(`http://127.0.0.1:${port}`).on('error', () => {})
      await below(async () => {
        const stream = session.request({ ':path': path }, options)
        const closed = closeOf(stream.resume())
        end(stream)
        await closed
      })
      session.destroy()
      const name = `${path}${end.name && end.name !== 'end' ? `, ${end.name}` : ''}`
      return `${name}: ${outcome(clients().at(-1)!)}`
    }
    const cancels = (stream: ClientHttp2Stream) => stream.close(http2.constants.NGHTTP2_CANCEL)
    const closesAmid = (stream: ClientHttp2Stream) => stream.on('data', () => stream.close())
    const destroysAmid = (stream: ClientHttp2Stream) => stream.on('data', () => stream.destroy())
    const errsAmid = (stream: ClientHttp2Stream) => stream.on('data', () => stream.destroy(new Error('own')))
    const destroys = (stream: ClientHttp2Stream) => stream.destroy()
    const endsSession = (stream: ClientHttp2Stream) => stream.session?.destroy()
    const timesOut = (stream: ClientHttp2Stream) => stream.setTimeout(20, () => stream.close())
    const aborts = () => {}
    const outcomes = [
      await run('/whole'),
      await run('/404'),
      await run('/hangs', cancels),
      await run('/hangs', destroys),
      await run('/hangs', endsSession),
      await run('/hangs', aborts, { signal: AbortSignal.abort() }),
      await run('/half', closesAmid),
      await run('/half', destroysAmid),
      await run('/half', errsAmid),
      await run('/hangs', timesOut),
      await run('/hangs', timesOut, { signal: AbortSignal.timeout(5) }),
      await run('/reset'),
      await run('/cancelled'),
      await run('/gone'),
      await run('/reset-amid'),
      await run('/gone-amid'),
    ]
    expect(outcomes).toEqual([
      '/whole: unset 200 -',
      '/404: error 404 404',
      '/hangs, cancels: unset - aborted',
      '/hangs, destroys: unset - aborted',
      '/hangs, endsSession: unset - aborted',
      '/hangs, aborts: unset - aborted',
      '/half, closesAmid: unset 200 -',
      '/half, destroysAmid: unset 200 -',
      '/half, errsAmid: unset 200 -',
      '/hangs, timesOut: error - reset',
      '/hangs, timesOut: error - TimeoutError',
      '/reset: error - Error',
      '/cancelled: error - reset',
      '/gone: error - reset',
      '/reset-amid: error 200 Error',
      '/gone-amid: error 200 reset',
    ])
  })

  test('a connection that is refused fails the span with the error of Node', async () => {
    start()
    const free = createTcpServer()
    const port = await listen(free)
    free.close()
    await once(free, 'close')
    const session = http2.connect(`http://127.0.0.1:${port}`).on('error', () => {})
    await below(async () => {
      await closeOf(session.request())
    })
    const { status, events } = await oneClient()
    expect([status, events[0]?.attributes['exception.message']]).toEqual([
      'error',
      expect.stringContaining('ECONNREFUSED'),
    ])
  })

  test('a request that Node refuses throws what it throws, and its span fails', async () => {
    start()
    const session = await open(echo())
    await below(async () => {
      expect(() => session.request({ 'bad header': 'x' })).toThrow(/valid HTTP token/)
    })
    expect((await oneClient()).status).toBe('error')
  })
})

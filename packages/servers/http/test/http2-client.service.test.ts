import { once } from 'node:events'
import http2, { type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'
import { createServer as createTcpServer } from 'node:net'
import { contextWithSpan, rootContext, runInContext, suppressedRoot } from '@clew/core'
import { trace } from '@opentelemetry/api'
import { Agent, request as undiciRequest } from 'undici'
import { describe, expect, test } from 'vitest'
import { ask, ca, closeOf, ended, listen, open, outcome, spans, start, tls } from './http2-rig.ts'

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

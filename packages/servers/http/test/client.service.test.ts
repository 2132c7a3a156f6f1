import { once } from 'node:events'
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  request as sendRequest,
} from 'node:http'
import {
  activeContext,
  contextWithSpan,
  rootContext,
  runInContext,
  type Stop,
  spanOf,
  startInstrumentation,
  suppressTracing,
} from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { Agent, interceptors, request as undiciRequest } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpInstrumentation } from '../src/index.ts'
import { type LocalServers, localServers } from './local-servers.ts'

let spans: SpanRecorder
let servers: LocalServers
let stop: Stop
let received: IncomingMessage['headers'][]

beforeEach(() => {
  spans = recordSpans()
  servers = localServers()
  stop = startInstrumentation(httpInstrumentation, { ignorePaths: ['*'] })
  received = []
})

afterEach(() => {
  servers.close()
  stop()
  spans.stop()
})

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await servers.listen(server)
  server.close()
  await once(server, 'close')
  return port
}

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer((req, res) => {
    received.push(req.headers)
    handler(req, res)
  })
  return `http://127.0.0.1:${await servers.listen(server)}`
}

/** Runs work below a span and ends the span. */
async function inSpan<T>(work: () => Promise<T>): Promise<T> {
  const span = trace.getTracer('app').startSpan('work', {}, rootContext)
  try {
    return await runInContext(contextWithSpan(rootContext, span), work)
  } finally {
    span.end()
  }
}

const clientSpans = async (count: number) =>
  (await spans.waitFor((all) => all.filter(({ kind }) => kind === 'client').length === count)).filter(
    ({ kind }) => kind === 'client',
  )
const summary = async (count: number) =>
  (await clientSpans(count)).map(({ name, status, attributes }) => [
    name,
    status,
    attributes['http.response.status_code'],
    attributes['error.type'],
  ])

function read(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    response.on('data', (chunk) => {
      text += chunk
    })
    response.on('end', () => resolve(text)).on('error', reject)
  })
}

const senders: [string, (url: string) => Promise<string>][] = [
  ['fetch', async (url) => (await fetch(url)).text()],
  [
    'http.get',
    (url) => new Promise((resolve, reject) => get(url, (res) => resolve(read(res))).on('error', reject)),
  ],
  ['undici', async (url) => (await undiciRequest(url)).body.text()],
]

test.each(senders)(
  'a request by %s becomes a client span that lasts until the response was read',
  async (_, send) => {
    const origin = await serve((_, res) => res.end('hi'))
    await inSpan(() => send(`${origin}/orders?sig=secret&page=2`))
    const [span] = await clientSpans(1)
    const [work] = (await spans.waitFor((all) => all.length === 2)).filter(({ name }) => name === 'work')
    expect(span).toEqual({
      name: 'GET',
      kind: 'client',
      traceId: work!.traceId,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      parentSpanId: work!.spanId,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.full': `${origin}/orders?sig=REDACTED&page=2`,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(origin).port),
      },
      status: 'unset',
      statusMessage: undefined,
      events: [],
      links: [],
      scope: '@clew/http',
    })
    expect(received.map(({ traceparent }) => traceparent)).toEqual([`00-${span!.traceId}-${span!.spanId}-01`])
  },
)

test.each(senders)(
  'without a parent or with tracing suppressed, %s has neither span nor header',
  async (_, send) => {
    const origin = await serve((_, res) => res.end('hi'))
    await send(origin)
    await inSpan(() => runInContext(suppressTracing(activeContext()), () => send(origin)))
    await spans.waitFor((all) => all.length === 1)
    expect([received.map(({ traceparent }) => traceparent), spans.spans.map(({ name }) => name)]).toEqual([
      [undefined, undefined],
      ['work'],
    ])
  },
)

test.each(senders)('a 404 answer to %s fails the span', async (_, send) => {
  const origin = await serve((_, res) => res.writeHead(404).end('none'))
  await inSpan(() => send(origin))
  expect(await summary(1)).toEqual([['GET', 'error', 404, '404']])
})

test.each(senders)('a refused connection fails the span of %s, and the error stays', async (_, send) => {
  const port = await closedPort()
  const error = await inSpan(() => send(`http://127.0.0.1:${port}/`).then(String, (thrown: Error) => thrown))
  const [span] = await clientSpans(1)
  expect([span!.status, span!.events.map(({ name }) => name), error instanceof Error]).toEqual([
    'error',
    ['exception'],
    true,
  ])
  expect(spans.open()).toBe(0)
})

test.each(senders)('a response that breaks off fails the span of %s', async (_, send) => {
  const origin = await serve((_, res) => {
    res.writeHead(200, { 'content-length': 10 })
    res.write('half', () => res.destroy())
  })
  await expect(inSpan(() => send(origin))).rejects.toThrow()
  const [span] = await clientSpans(1)
  expect([span!.status, span!.attributes['http.response.status_code']]).toEqual(['error', 200])
})

test('a traceparent that the application sets is the only one, and the span says so', async () => {
  const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  const origin = await serve((_, res) => res.end())
  const headers = { traceparent: own }
  await inSpan(async () => {
    await fetch(origin, { headers })
    await (await undiciRequest(origin, { headers })).body.dump()
    const request = get(origin, { headers })
    await read((await once(request, 'response'))[0])
  })
  expect(received.map(({ traceparent }) => traceparent)).toEqual([own, own, own])
  const omitted = (await clientSpans(3)).map(({ attributes }) => attributes['clew.propagation.omitted'])
  expect(omitted).toEqual(['own-traceparent', 'own-traceparent', 'own-traceparent'])
})

test('the listeners of http.request run in the context of the caller, also on a connection that others used', async () => {
  const origin = await serve((_, res) => {
    res.write('a')
    setImmediate(() => res.end('b'))
  })
  const seen: string[] = []
  for (const _ of [1, 2, 3]) {
    await inSpan(
      () =>
        new Promise<void>((resolve) => {
          const own = activeContext()
          const see = (event: string) => () => seen.push(`${event} ${activeContext() === own}`)
          const request = sendRequest(origin, (response) => {
            see('callback')()
            response.on('data', see('data')).on('end', see('end')).on('close', resolve)
          })
          request.on('socket', see('socket')).on('finish', see('finish')).on('response', see('response'))
          request.end()
        }),
    )
  }
  expect([...new Set(seen)].sort()).toEqual([
    'callback true',
    'data true',
    'end true',
    'finish true',
    'response true',
    'socket true',
  ])
})

test('each hop of a redirect that fetch follows is a span of the caller', async () => {
  const origin = await serve((req, res) => {
    if (req.url === '/end') res.end('here')
    else res.writeHead(302, { location: '/end' }).end()
  })
  await inSpan(async () => (await fetch(`${origin}/start`)).text())
  const [first, second] = await clientSpans(2)
  expect(
    [first, second].map((span) => [span!.attributes['http.response.status_code'], span!.parentSpanId]),
  ).toEqual([
    [302, second!.parentSpanId],
    [200, first!.parentSpanId],
  ])
})

test('requests that are given up end their spans', async () => {
  const origin = await serve(() => {})
  await inSpan(async () => {
    const controller = new AbortController()
    const answer = fetch(origin, { signal: controller.signal }).catch(() => {})
    while (received.length < 1) await new Promise(setImmediate)
    controller.abort()
    await answer
    const request = get(origin)
    request.on('error', () => {})
    while (received.length < 2) await new Promise(setImmediate)
    request.destroy()
    const unsent = get(origin)
    unsent.on('error', () => {})
    unsent.abort()
    await once(unsent, 'close')
  })
  await clientSpans(3)
  expect(spans.open()).toBe(0)
})

test('a response that the application closes early ends its span without failure', async () => {
  const origin = await serve((_, res) => {
    res.write('a')
  })
  await inSpan(async () => {
    const [response] = (await once(get(origin), 'response')) as [IncomingMessage]
    response.destroy()
    await once(response, 'close')
  })
  expect(await summary(1)).toEqual([['GET', 'unset', 200, undefined]])
})

test('a request with Expect, whose headers are sent at once, has a span that says so', async () => {
  const origin = await serve((_, res) => res.end())
  await inSpan(async () => {
    const request = get(origin, { headers: { expect: '100-continue', 'x-own': '1' } })
    await read((await once(request, 'response'))[0])
  })
  const [span] = await clientSpans(1)
  expect([received[0]!.traceparent, received[0]!['x-own'], span!.attributes]).toMatchObject([
    undefined,
    '1',
    { 'server.address': '127.0.0.1', 'clew.propagation.omitted': 'headers-sent' },
  ])
})

test('no hop of undici’s redirects and retries takes another caller as its parent', async () => {
  let calls = 0
  const origin = await serve((req, res) => {
    if (req.url?.startsWith('/start'))
      res.writeHead(302, { location: req.url.replace('start', 'retry') }).end()
    else if (++calls % 2 === 1) res.writeHead(503, { 'retry-after': '0' }).end()
    else res.end(String(req.headers.traceparent))
  })
  const agent = new Agent({ connections: 1, pipelining: 1 }).compose(
    interceptors.retry({ minTimeout: 1, maxTimeout: 1 }),
    interceptors.redirect({ maxRedirections: 2 }),
  )
  const callers = await Promise.all(
    [1, 2, 3, 4].map((n) =>
      inSpan(async () => {
        const { body } = await undiciRequest(`${origin}/start/${n}`, { dispatcher: agent })
        await body.text()
        return { n, traceId: spanOf(activeContext())!.spanContext().traceId }
      }),
    ),
  )
  await agent.close()
  const traceOf = new Map(callers.map(({ n, traceId }) => [String(n), traceId]))
  const wrong = spans.spans.filter(({ kind, traceId, attributes }) => {
    const n = String(attributes['url.full']).at(-1)!
    return kind === 'client' && traceOf.get(n) !== traceId
  })
  expect(spans.spans.filter(({ kind }) => kind === 'client').length).toBeGreaterThanOrEqual(12)
  expect(wrong.map(({ attributes }) => attributes['url.full'])).toEqual([])
})

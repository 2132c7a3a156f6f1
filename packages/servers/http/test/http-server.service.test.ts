import { once } from 'node:events'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { activeContext, getFields, type Stop, setFields, spanOf, startInstrumentation } from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpInstrumentation } from '../src/index.ts'

let spans: SpanRecorder
let stop: Stop
let server: Server | undefined

beforeEach(() => {
  spans = recordSpans()
  stop = startInstrumentation(httpInstrumentation)
})

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  stop()
  spans.stop()
})

async function listen(handler: RequestListener): Promise<number> {
  server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const activeTraceId = (): string | undefined => spanOf(activeContext())?.spanContext().traceId

test('a request becomes one server span with the stable attributes', async () => {
  const port = await listen((_, res) => res.end('hi'))
  const response = await fetch(`http://127.0.0.1:${port}/orders?sig=secret&page=2`, {
    headers: { 'user-agent': 'test/1' },
  })
  await response.text()
  const [span] = await spans.waitFor((all) => all.length === 1)
  expect(span).toEqual({
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
      'network.protocol.version': '1.1',
      'user_agent.original': 'test/1',
    },
    status: 'unset',
    statusMessage: undefined,
    events: [],
    links: [],
    scope: '@clew/http',
  })
})

import { connect } from 'node:http2'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChainPage, DeskStatus, LogPage } from '../api/index.ts'
import type { OpenApi } from '../server/http/routes/openapi.ts'
import { routes } from '../server/http/routes/routes.ts'
import { json, logsRequest, problemOf, type RunningDesk, send, startDesk } from './running-desk.ts'
import { type JsonSchema, problemsOfSchema } from './schema-problems.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const times = { startTimeUnixNano: '1764000000000000000', endTimeUnixNano: '1764000000500000000' }
const span = { traceId, spanId, name: 'GET /orders', kind: 2, ...times, status: { code: 2, message: 'boom' } }
const traces = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })

let desk: RunningDesk
let description: OpenApi
let refs: { traceId: string; pattern: number; ref: { span: string; log: string } }

const get = (path: string, headers = {}) => send(desk.url, path, { headers })
const read = async <T>(path: string) => JSON.parse((await get(path)).body) as T

beforeAll(async () => {
  desk = await startDesk({ grpcPort: 0 })
  const lines = Array.from({ length: 60 }, (_, i) => `order ${i} was sent`)
  await send(desk.url, '/v1/logs', { headers: json, body: logsRequest(lines, { traceId, spanId }) })
  await send(desk.url, '/v1/traces', { headers: json, body: traces })
  const gauge = { dataPoints: [{ timeUnixNano: '1764000000000000000', asInt: 1 }] }
  const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'level', gauge }] }] }] }
  await send(desk.url, '/v1/metrics', { headers: json, body: JSON.stringify(metrics) })
  description = await read<OpenApi>('/api/openapi.json')
  const { logs } = await read<LogPage>('/api/logs?limit=1')
  const chain = await read<{ spans: { ref: string[] } }>(`/api/chains/${traceId}`)
  refs = {
    traceId,
    pattern: logs[0]!.pattern,
    ref: { span: chain.spans.ref[0]!, log: logs[0]!.ref },
  }
})

afterAll(() => desk.close())

describe('every route', () => {
  // A warning needs hours of lines: warnings.service.test.ts looks at it.
  const answered = routes.filter(
    ({ name, method }) => method === 'GET' && !['live', 'chain-export', 'warning'].includes(name),
  )

  test('is in the OpenAPI document with its parameters, and no other is', () => {
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters }]) => [
        operationId,
        method.toUpperCase(),
        path,
        parameters.filter((one) => one.in === 'query').map(({ name }) => name),
      ]),
    )
    expect(described).toEqual(
      routes.map(({ name, method, path, parameters }) => [name, method, path, parameters]),
    )
    const known = Object.keys(description.components.schemas)
    const named = [...JSON.stringify(description).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name]) => name,
    )
    expect(named.filter((name) => !known.includes(name!))).toEqual([])
  })

  test.each(answered.map((route) => [route.name, route] as const))(
    '%s answers what it describes',
    async (_, route) => {
      const ref = route.name === 'span' ? refs.ref.span : refs.ref.log
      const path = route.path
        .replace('{traceId}', traceId)
        .replace('{ref}', ref)
        .replace('{id}', String(refs.pattern))
      const asked: Record<string, string> = {
        'chain-compare': `?with=${traceId}`,
        'metric-series': '?metric=level%20gauge',
        'pattern-series': `?ids=${refs.pattern}`,
      }
      const { status, headers, body } = await get(path + (asked[route.name] ?? ''))
      const schema = description.paths[route.path]!.get!.responses['200']!.content['application/json']!.schema
      const all = description.components.schemas as Record<string, JsonSchema>
      expect([status, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'application/json',
        'no-store',
      ])
      expect(problemsOfSchema(JSON.parse(body), schema, all)).toEqual([])
    },
  )

  test.each([
    ['text', 'text/plain; charset=utf-8'],
    ['markdown', 'text/markdown; charset=utf-8'],
    ['ansi', 'text/plain; charset=utf-8'],
    ['json', 'application/x-ndjson'],
    ['otlp', 'application/x-ndjson'],
  ])('a chain is exported as %s', async (as, type) => {
    const { status, headers, body } = await get(`/api/chains/${traceId}/export?as=${as}`)
    expect([status, headers['content-type'], body.includes('GET /orders')]).toEqual([200, type, true])
  })
})

describe('what cannot be answered says why', () => {
  test.each([
    ['/api/logs?q=a&limt=3&x=1', 400, 'unknown parameter limt, x; known are q, from, to, before, limit'],
    ['/api/status?q=a', 400, 'unknown parameter q; there are none'],
    ['/api/logs?q=a&q=b', 400, 'parameter q is given more than once'],
    ['/api/chains/%ff', 400, 'the path is not percent-encoded UTF-8'],
    ['/api/chains/xyz', 400, '"xyz" is no trace id: 32 hex digits'],
    [
      `/api/chains/${'1'.repeat(32)}/export?as=pdf`,
      400,
      'as=pdf: write text, ansi, markdown, json, otlp or html',
    ],
    [`/api/chains/${'1'.repeat(32)}/export?as=html&redact=1`, 400, 'redact=1: write true or false'],
    [`/api/chains/${'1'.repeat(32)}/compare`, 400, 'give the trace id of the other chain: with=…'],
    [`/api/chains/${'1'.repeat(32)}/compare?with=x&as=pdf`, 400, 'as=pdf: write json or text'],
    ['/api/nothing', 404, '/api/nothing is no route; see /api/openapi.json'],
  ])('%s', async (path, status, message) => {
    const reply = await get(path)
    expect([reply.status, problemOf(reply)]).toEqual([status, message])
  })

  test('a chain and a line that are not there are a 404, another method a 405', async () => {
    const other = await send(desk.url, '/api/logs', { method: 'DELETE' })
    const statuses = [
      (await get(`/api/chains/${'1'.repeat(32)}`)).status,
      (await get('/api/logs/1.999999')).status,
    ]
    expect([statuses, other.status, other.headers.allow]).toEqual([[404, 404], 405, 'GET'])
  })
})

test('large answers are gzipped for those who take it', async () => {
  const zipped = await get('/api/logs', { 'accept-encoding': 'br, gzip;q=0.5' })
  const plain = await get('/api/logs', { 'accept-encoding': 'gzip;q=0' })
  expect([zipped.headers['content-encoding'], plain.headers['content-encoding']]).toEqual(['gzip', undefined])
  expect(gunzipSync(zipped.bytes).equals(plain.bytes)).toBe(true)
})

test('the status counts what came in', async () => {
  const before = (await read<DeskStatus>('/api/status')).received
  await send(desk.url, '/v1/logs', { headers: json, body: logsRequest(['a', 'b']) })
  await send(desk.url, '/v1/logs', { headers: json, body: '{"resourceLogs":5}' })
  const { received, otlp } = await read<DeskStatus>('/api/status')
  expect(received).toEqual({
    ...before,
    requests: before.requests + 2,
    logs: before.logs + 2,
    refused: before.refused + 1,
  })
  expect(otlp).toEqual({ http: desk.url, grpc: desk.grpc })
})

test('what the writer cannot decode is a 400 with the place, and metrics are taken without a word', async () => {
  const bad = await send(desk.url, '/v1/logs', { headers: json, body: '{"resourceLogs":5}' })
  const metrics = await send(desk.url, '/v1/metrics', { headers: json, body: '{}' })
  expect([bad.status, JSON.parse(bad.body), metrics.status, JSON.parse(metrics.body)]).toEqual([
    400,
    { code: 3, message: 'OTLP, resourceLogs: must be an array' },
    200,
    {},
  ])
})

test('gRPC comes to the same store', async () => {
  const session = connect(desk.grpc!)
  const stream = session.request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    'content-type': 'application/grpc',
  })
  const line = Buffer.from('\x0a\x0d\x12\x0b\x12\x09\x2a\x07\x0a\x05hello', 'latin1')
  const prefix = Buffer.from([0, 0, 0, 0, line.length])
  stream.end(Buffer.concat([prefix, line]))
  stream.resume()
  const status = await new Promise((resolve) =>
    stream.on('trailers', (trailers) => resolve(trailers['grpc-status'])),
  )
  session.close()
  const { logs } = await read<LogPage>('/api/logs?q=hello')
  expect([status, logs.map(({ text }) => text)]).toEqual(['0', ['hello']])
})

test('both loopback addresses answer', async () => {
  const { port } = new URL(desk.url)
  const { chains } = JSON.parse((await send(`http://[::1]:${port}`, '/api/chains')).body) as ChainPage
  expect(chains.map((chain) => chain.traceId)).toEqual([traceId])
})

test('a port in use is one message with the remedy', async () => {
  const port = Number(new URL(desk.url).port)
  await expect(startDesk({ port })).rejects.toThrow(
    `port ${port} on 127.0.0.1 is in use, perhaps by another desk or a collector; end it, or choose another with --port`,
  )
  const grpcPort = Number(new URL(desk.grpc!).port)
  await expect(startDesk({ grpcPort })).rejects.toThrow('choose another with --grpc-port')
})

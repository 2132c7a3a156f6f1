import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Endpoint, startPipeline } from '@clew/pipeline'
import type { OtlpReceiverOptions } from '@clew/testing'
import { expect, test } from 'vitest'
import { fixtures } from './child.ts'
import { all, log, scope, start, zero } from './export-rig.ts'
import { closers, receive } from './receivers.ts'

const readPem = (name: string): string => readFileSync(join(fixtures, 'tls', name), 'utf8')
const serverTls = { cert: readPem('server.pem'), key: readPem('server-key.pem'), ca: readPem('ca.pem') }

const ways: {
  name: string
  receiver: OtlpReceiverOptions
  endpoint: Partial<Endpoint>
  path: string
  sent: object
}[] = [
  {
    name: 'http/protobuf with gzip',
    receiver: {},
    endpoint: {},
    path: '/v1/logs',
    sent: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
  },
  {
    name: 'http/protobuf with zstd',
    receiver: {},
    endpoint: { compression: 'zstd' },
    path: '/v1/logs',
    sent: { 'content-encoding': 'zstd' },
  },
  {
    name: 'http/json without compression',
    receiver: {},
    endpoint: { protocol: 'http/json', compression: 'none' },
    path: '/v1/logs',
    sent: { 'content-type': 'application/json' },
  },
  {
    name: 'http/json with gzip',
    receiver: {},
    endpoint: { protocol: 'http/json' },
    path: '/v1/logs',
    sent: { 'content-encoding': 'gzip' },
  },
  {
    name: 'https',
    receiver: { tls: serverTls },
    endpoint: { tls: { ca: serverTls.ca } },
    path: '/v1/logs',
    sent: {},
  },
  {
    name: 'https with a client certificate',
    receiver: { tls: { ...serverTls, requestCert: true } },
    endpoint: { tls: { ca: serverTls.ca, cert: readPem('client.pem'), key: readPem('client-key.pem') } },
    path: '/v1/logs',
    sent: {},
  },
  {
    name: 'grpc with gzip',
    receiver: { protocol: 'grpc' },
    endpoint: { protocol: 'grpc' },
    path: '',
    sent: { 'grpc-encoding': 'gzip' },
  },
  {
    name: 'grpc without compression',
    receiver: { protocol: 'grpc' },
    endpoint: { protocol: 'grpc', compression: 'none' },
    path: '',
    sent: { te: 'trailers' },
  },
  {
    name: 'grpc over TLS with a client certificate',
    receiver: { protocol: 'grpc', tls: { ...serverTls, requestCert: true } },
    endpoint: {
      protocol: 'grpc',
      tls: { ca: serverTls.ca, cert: readPem('client.pem'), key: readPem('client-key.pem') },
    },
    path: '',
    sent: {},
  },
]

test.for(ways)(
  '$name: records, resource, scope and headers arrive',
  async ({ receiver: options, endpoint, path, sent }) => {
    const receiver = await receive(options)
    const headers = { 'x-tenant': 'a' }
    const { pipeline, reports } = start(`${receiver.url}${path}`, { ...endpoint, headers })
    log(pipeline, 100)
    await pipeline.flush()
    const first = receiver.logs[0]
    expect({ logs: receiver.logs.length, counters: pipeline.counters().logs, reports }).toEqual({
      logs: 100,
      counters: all(100),
      reports: [],
    })
    expect({ body: first?.body, resource: first?.resource, scope: first?.scope }).toEqual({
      body: 'order accepted',
      resource: { 'service.name': 'shop' },
      scope: 'test',
    })
    expect(receiver.requests[0]?.headers).toMatchObject({ ...headers, ...sent })
  },
)

test.for(['http', 'grpc'] as const)('spans go to their own endpoint over %s', async (protocol) => {
  const receiver = await receive({ protocol })
  const url = protocol === 'http' ? `${receiver.url}/v1/traces` : receiver.url
  const traces: Endpoint = {
    protocol: protocol === 'http' ? 'http/protobuf' : 'grpc',
    url,
    headers: {},
    compression: 'gzip',
    timeoutMs: 30_000,
  }
  const pipeline = startPipeline({ traces, resource: {}, exit: 'off', report: () => {} })
  closers.push(() => pipeline.stop(0))
  const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
  pipeline.span(scope, {
    ...ids,
    traceFlags: 1,
    name: 'GET /',
    kind: 1,
    startUnixMs: 1,
    endUnixMs: 2,
    statusCode: 0,
  })
  log(pipeline, 1)
  await pipeline.flush()
  expect(receiver.spans.map(({ name, traceId }) => [name, traceId])).toEqual([['GET /', ids.traceId]])
  expect(pipeline.counters()).toEqual({ logs: zero, traces: all(1) })
})

test('records of several scopes travel in one request', async () => {
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`)
  for (const name of ['one', 'two', 'one', 'three']) {
    pipeline.log(name === 'one' ? scope : { name, version: '' }, {
      timeUnixMs: 1,
      severityNumber: 9,
      severityText: '',
      body: name,
    })
  }
  await pipeline.flush()
  expect(receiver.requests.length).toBe(1)
  expect(receiver.logs.map(({ scope: name, body }) => [name, body])).toEqual([
    ['test', 'one'],
    ['test', 'one'],
    ['two', 'two'],
    ['three', 'three'],
  ])
})

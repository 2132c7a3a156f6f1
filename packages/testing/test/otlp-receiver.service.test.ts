import { connect, type IncomingHttpHeaders } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { type LogRecord, logsToJson, type ResourceLogs } from '@clew/otlp'
import { afterEach, expect, test } from 'vitest'
import { type OtlpReceiver, startOtlpReceiver } from '../src/otlp-receiver.ts'

const record: LogRecord = {
  timeUnixNano: 1n,
  observedTimeUnixNano: 2n,
  severityNumber: 9,
  severityText: 'INFO',
  body: '',
  attributes: {},
  droppedAttributesCount: 0,
  flags: 1,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  eventName: '',
}

function requestOf(...bodies: string[]): ResourceLogs[] {
  const logRecords = bodies.map((body) => ({ ...record, body }))
  const scope = { name: 'winston', version: '', attributes: {}, droppedAttributesCount: 0 }
  const resource = { attributes: { 'service.name': 'orders' }, droppedAttributesCount: 0 }
  return [{ resource, schemaUrl: '', scopeLogs: [{ scope, schemaUrl: '', logRecords }] }]
}

let receiver: OtlpReceiver

afterEach(() => receiver.close())

function post(path: string, body: string, timeoutMs = 30_000): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(timeoutMs)
  return fetch(receiver.url + path, { method: 'POST', headers, body, signal })
}

async function postLogs(...bodies: string[]): Promise<{ status: number; text: string }> {
  const response = await post('/v1/logs', logsToJson(requestOf(...bodies)))
  return { status: response.status, text: await response.text() }
}

test('a received log carries the attributes of its resource and the name of its scope', async () => {
  receiver = await startOtlpReceiver()
  const waiting = receiver.waitForLogs(1)
  await postLogs('order taken')
  expect(await waiting).toEqual([
    { ...record, body: 'order taken', resource: { 'service.name': 'orders' }, scope: 'winston' },
  ])
})

test('a received span carries the attributes of its resource and the name of its scope', async () => {
  receiver = await startOtlpReceiver()
  const span = { traceId: record.traceId, spanId: record.spanId, name: 'GET /orders', kind: 2 }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] }
  const scopeSpans = [{ scope: { name: 'http' }, spans: [span] }]
  await post('/v1/traces', JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }))
  const spans = await receiver.waitForSpans((all) => all.some((one) => one.name === 'GET /orders'))
  expect(spans).toMatchObject([{ ...span, resource: { 'service.name': 'orders' }, scope: 'http' }])
})

test('a wait that is in vain lists what did arrive', async () => {
  receiver = await startOtlpReceiver()
  await postLogs('order taken', 'order paid')
  await expect(receiver.waitForLogs(3, 20)).rejects.toThrow(
    [
      'waited for 3 logs, gave up after 20 ms; 2 arrived:',
      `  INFO order taken of orders, trace ${record.traceId}`,
      `  INFO order paid of orders, trace ${record.traceId}`,
    ].join('\n'),
  )
  await expect(receiver.waitForSpans(() => false, 1)).rejects.toThrow(/spans as asked for.*0 arrived$/)
})

test('a wait ends at once when its function throws or the receiver is closed', async () => {
  receiver = await startOtlpReceiver()
  const problem = new Error('in the test itself')
  const throwing = receiver.waitForLogs(() => {
    throw problem
  })
  await expect(throwing).rejects.toBe(problem)
  const waiting = expect(receiver.waitForLogs(1)).rejects.toThrow(
    'waited for 1 logs, the receiver was closed; 0 arrived',
  )
  await receiver.close()
  await waiting
  receiver = await startOtlpReceiver()
})

test('refusing with a status keeps nothing but the request', async () => {
  receiver = await startOtlpReceiver()
  receiver.behave({ status: 503, retryAfterSeconds: 7 })
  const response = await post('/v1/logs', logsToJson(requestOf('a', 'b')))
  expect([response.status, response.headers.get('retry-after'), receiver.logs]).toEqual([503, '7', []])
  expect(receiver.requests).toMatchObject([{ path: '/v1/logs', records: 2 }])
  receiver.behave('accept')
  expect((await postLogs('a', 'b')).status).toBe(200)
  expect(receiver.logs.map((log) => log.body)).toEqual(['a', 'b'])
  receiver.clear()
  expect([receiver.logs, receiver.spans, receiver.requests]).toEqual([[], [], []])
})

test('a partial success does not keep the rejected records', async () => {
  receiver = await startOtlpReceiver()
  receiver.behave({ rejected: 1, message: 'too old' })
  const partialSuccess = { rejectedLogRecords: '1', errorMessage: 'too old' }
  expect(await postLogs('a', 'b', 'c')).toEqual({ status: 200, text: JSON.stringify({ partialSuccess }) })
  expect(receiver.logs.map((log) => log.body)).toEqual(['a', 'b'])
})

test('a limit in bytes refuses larger requests with 413', async () => {
  receiver = await startOtlpReceiver()
  receiver.behave({ maxBytes: 500 })
  const statuses = [await postLogs('small'), await postLogs('large'.repeat(200))].map(({ status }) => status)
  expect([statuses, receiver.logs.length]).toEqual([[200, 413], 1])
})

test('a slow receiver keeps the records at once and answers later', async () => {
  receiver = await startOtlpReceiver()
  receiver.behave({ delayMs: 30 })
  const start = performance.now()
  const answer = postLogs('a')
  await receiver.waitForLogs(1)
  expect((await answer).status).toBe(200)
  expect(performance.now() - start).toBeGreaterThan(28)
})

test('a hanging receiver never answers, and can be closed', async () => {
  receiver = await startOtlpReceiver()
  receiver.behave('hang')
  await expect(post('/v1/logs', logsToJson(requestOf('a')), 50)).rejects.toThrow(/timeout/)
  const before = receiver.requests.length
  const hanging = expect(post('/v1/logs', logsToJson(requestOf('a')))).rejects.toThrow('fetch failed')
  await expect.poll(() => receiver.requests.length).toBeGreaterThan(before)
  await receiver.close()
  await hanging
  expect([receiver.requests.length >= 1, receiver.logs]).toEqual([true, []])
  receiver = await startOtlpReceiver()
})

test('a resetting receiver ends the connection', async () => {
  receiver = await startOtlpReceiver()
  receiver.behave('reset')
  await expect(postLogs('a')).rejects.toThrow('fetch failed')
  expect([receiver.requests.length, receiver.logs]).toEqual([1, []])
})

test('a receiver on a taken port says so', async () => {
  receiver = await startOtlpReceiver()
  await expect(startOtlpReceiver({ port: receiver.port })).rejects.toHaveProperty('code', 'EADDRINUSE')
})

/** One log record with the severity text INFO, in protobuf and in gRPC's frame. */
const grpcCall = Buffer.from('000000000c0a0a120812061a04494e464f', 'hex')

async function callGrpc(): Promise<{ status: string; body: Buffer }> {
  const session = connect(receiver.url)
  const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' })
  let status = ''
  for (const event of ['response', 'trailers']) {
    stream.on(event, (headers: IncomingHttpHeaders) => {
      status = String(headers['grpc-status'] ?? status)
    })
  }
  stream.end(grpcCall)
  const body = await buffer(stream)
  session.destroy()
  return { status, body }
}

test('over gRPC it keeps logs and behaves the same', async () => {
  receiver = await startOtlpReceiver({ protocol: 'grpc' })
  const statuses = [(await callGrpc()).status]
  for (const mode of [{ status: 503 }, { maxBytes: 5 }] as const) {
    receiver.behave(mode)
    statuses.push((await callGrpc()).status)
  }
  receiver.behave('reset')
  statuses.push((await callGrpc()).status)
  expect(statuses).toEqual(['0', '14', '8', ''])
  expect(receiver.logs).toMatchObject([{ severityText: 'INFO', scope: '', resource: {} }])
  expect(receiver.requests.map(({ bytes, records }) => [bytes, records])).toEqual(Array(4).fill([17, 1]))
})

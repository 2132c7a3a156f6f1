import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startOtlpGrpcReceiver } from '../src/receive/grpc.ts'
import type { OtlpServer, ReceiverOptions } from '../src/receive/receiver.ts'
import { decodeExportResponse } from '../src/response.ts'
import { createCertificates } from './certificates.ts'
import { type RecordingHandlers, recordingHandlers } from './recording-handlers.ts'
import { field, number } from './wire.ts'

const logsPath = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
const metricsPath = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const logs = field(1, field(2, field(2, field(5, field(1, 'hello')))))

let server: OtlpServer
let handlers: RecordingHandlers
let session: ClientHttp2Session
let errors: unknown[]

async function start(options: Partial<ReceiverOptions> = {}, client: object = {}): Promise<void> {
  session?.destroy()
  await server?.close()
  const onError = (error: unknown) => errors.push(error)
  server = await startOtlpGrpcReceiver({ handlers, onError, ...options })
  session = connect(server.url, client)
  session.on('error', () => {})
}

beforeEach(async () => {
  handlers = recordingHandlers()
  errors = []
  await start()
})

afterEach(async () => {
  session.destroy()
  await server.close()
})

function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.from([flag, 0, 0, 0, 0])
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

type Reply = { status: string; message: string; body: Buffer; headers: IncomingHttpHeaders }

async function call(chunks: Uint8Array[], path = logsPath, headers: object = {}): Promise<Reply> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (received) => {
    trailers = received
  })
  for (const chunk of chunks) {
    stream.write(chunk)
    await new Promise(setImmediate)
  }
  stream.end()
  // A stream that its session takes along ends without an error event.
  const closed = once(stream, 'close').then(() => [undefined])
  const [received] = (await Promise.race([once(stream, 'response'), closed])) as [IncomingHttpHeaders?]
  if (received === undefined) throw new Error('closed without an answer')
  const body = await buffer(stream)
  const all = { ...received, ...trailers }
  return {
    status: String(all['grpc-status']),
    message: String(all['grpc-message'] ?? ''),
    body,
    headers: all,
  }
}

function bodies(): unknown[] {
  return handlers.logRequests.flatMap((request) =>
    request.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords.map((r) => r.body))),
  )
}

describe('accepting', () => {
  test('a message in one piece and one that comes byte by byte', async () => {
    const whole = await call([framed(logs)])
    const pieces = await call([...framed(logs)].map((byte) => Buffer.from([byte])))
    expect([whole.status, whole.body, pieces.status, bodies()]).toEqual([
      '0',
      framed(Buffer.alloc(0)),
      '0',
      ['hello', 'hello'],
    ])
    expect(handlers.calls[0]).toMatchObject({ protocol: 'grpc', encoding: 'protobuf', path: logsPath })
  })

  test('a message that is gzipped, and one that says gzip but is not compressed', async () => {
    const zipped = await call([framed(gzipSync(logs), 1)], logsPath, { 'grpc-encoding': 'gzip' })
    const plain = await call([framed(logs)], logsPath, { 'grpc-encoding': 'gzip' })
    expect([zipped.status, plain.status, handlers.raw]).toEqual(['0', '0', [logs, logs]])
  })

  test('an empty message is a success, and metrics are accepted with a warning', async () => {
    const empty = await call([framed(Buffer.alloc(0))])
    const metrics = await call([framed(field(1, 'x'))], metricsPath)
    expect([empty.status, handlers.logRequests, metrics.status]).toEqual(['0', [[]], '0'])
    expect(decodeExportResponse(metrics.body.subarray(5))).toEqual({
      rejected: 0,
      message: 'metrics are accepted but not kept',
    })
  })

  test('a message larger than the windows of HTTP/2', async () => {
    const large = field(1, field(2, field(2, field(5, field(1, 'x'.repeat(9_000_000))))))
    expect([(await call([framed(large)])).status, (bodies()[0] as string).length]).toEqual(['0', 9_000_000])
  })
})

test('a handler that takes the bytes gets them undecoded, alone in an ArrayBuffer', async () => {
  const got: unknown[] = []
  await start({
    handlers: {
      request(signal, encoding, raw) {
        got.push([signal, encoding, String(raw), raw.buffer.byteLength])
        structuredClone(raw, { transfer: [raw.buffer] })
        return { status: 400, message: 'no OTLP' }
      },
    },
  })
  const zipped = await call([framed(gzipSync('zzz'), 1)], logsPath, { 'grpc-encoding': 'gzip' })
  const plain = await call([framed(Buffer.from('zz'))])
  expect([zipped, plain].map(({ status, message }) => [status, message])).toEqual([
    ['3', 'no OTLP'],
    ['3', 'no OTLP'],
  ])
  expect(got).toEqual([
    ['logs', 'protobuf', 'zzz', 3],
    ['logs', 'protobuf', 'zz', 2],
  ])
})

describe('the official exporters', () => {
  test('deliver logs with gzip, 25 at once on one connection', async () => {
    const exporter = new OTLPLogExporter({ url: server.url, compression: 'gzip' as never })
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
    const logger = provider.getLogger('winston')
    const sent = Array.from({ length: 25 }, (_, i) => `line ${i}`)
    for (const body of sent) logger.emit({ body })
    await provider.shutdown()
    expect(new Set(bodies())).toEqual(new Set(sent))
    expect(handlers.calls[0]!.headers['grpc-encoding']).toBe('gzip')
  })

  test('deliver spans', async () => {
    const exporter = new OTLPTraceExporter({ url: server.url })
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
    const span = provider.getTracer('http').startSpan('GET /orders', { attributes: { a: [1, 2] } })
    span.end()
    await provider.shutdown()
    const { traceId, spanId } = span.spanContext()
    expect(handlers.traceRequests[0]![0]!.scopeSpans).toMatchObject([
      {
        scope: { name: 'http' },
        spans: [{ name: 'GET /orders', traceId, spanId, attributes: { a: [1, 2] }, kind: 1 }],
      },
    ])
  })
})

describe('what a handler answers', () => {
  test('a partial success', async () => {
    handlers.answer = { rejected: 3, message: 'too old' }
    const { status, body } = await call([framed(logs)])
    expect([status, decodeExportResponse(body.subarray(5))]).toEqual(['0', handlers.answer])
  })

  test('a delay becomes UNAVAILABLE with a RetryInfo', async () => {
    handlers.answer = { retryAfterSeconds: 1.5 }
    const { status, message, headers } = await call([framed(logs)])
    const duration = Buffer.concat([number(1, 1), number(2, 500_000_000)])
    const retryInfo = [field(1, 'type.googleapis.com/google.rpc.RetryInfo'), field(2, field(1, duration))]
    expect([status, message, Buffer.from(String(headers['grpc-status-details-bin']), 'base64')]).toEqual([
      '14',
      'come back later',
      Buffer.concat([number(1, 14), field(2, 'come back later'), field(3, ...retryInfo)]),
    ])
  })

  test.each([
    [400, '3'],
    [401, '16'],
    [403, '7'],
    [413, '8'],
    [429, '14'],
    [500, '13'],
    [503, '14'],
  ])('HTTP status %i is gRPC status %s', async (status, grpcStatus) => {
    handlers.answer = { status, message: '100 % größer' }
    const reply = await call([framed(logs)])
    expect([reply.status, reply.message]).toEqual([grpcStatus, '100 %25 gr%C3%B6%C3%9Fer'])
  })

  test('a handler that throws is UNAVAILABLE, and its error is reported', async () => {
    handlers.answer = new Error('database is locked')
    const { status, message } = await call([framed(logs)])
    expect([status, message.includes('locked'), errors]).toEqual(['14', false, [handlers.answer]])
  })
})

describe('refusing', () => {
  test.each([
    ['an unknown method', [framed(logs)], '/x.Y/Export', {}, '12', 'unknown method /x.Y/Export'],
    ['no message', [], logsPath, {}, '12', 'no message in the call'],
    ['two messages', [framed(logs), framed(logs)], logsPath, {}, '12', 'more than one message in the call'],
    ['half a message', [framed(logs).subarray(0, 9)], logsPath, {}, '13', 'the message ends too early'],
    ['half a prefix', [framed(logs).subarray(0, 3)], logsPath, {}, '13', 'the message ends too early'],
    ['a strange flag', [framed(logs, 7)], logsPath, {}, '13', 'the compressed flag is neither 0 nor 1'],
    [
      'compression without its name',
      [framed(gzipSync(logs), 1)],
      logsPath,
      {},
      '13',
      'a compressed message, but grpc-encoding is not set',
    ],
    [
      'bytes that are not gzip',
      [framed(logs, 1)],
      logsPath,
      { 'grpc-encoding': 'gzip' },
      '13',
      'the message is not compressed with gzip',
    ],
    [
      'an unknown compression',
      [framed(logs, 1)],
      logsPath,
      { 'grpc-encoding': 'snappy' },
      '12',
      'grpc-encoding snappy is not supported; use gzip',
    ],
    [
      'no OTLP',
      [framed(Buffer.from('zzz'))],
      logsPath,
      {},
      '3',
      'OTLP, byte 1: a field of 122 bytes, 1 left',
    ],
    [
      'another host name',
      [framed(logs)],
      logsPath,
      { ':authority': 'evil.example' },
      '7',
      'this receiver is not to be called as evil.example',
    ],
  ])('%s', async (_, chunks, path, headers, status, message) => {
    const reply = await call(chunks, path, headers)
    expect([reply.status, reply.message, handlers.calls]).toEqual([status, message, []])
  })

  const long = `${'x'.repeat(80)}…`
  test.each([
    [
      'name',
      framed(logs),
      logsPath,
      { ':authority': 'x'.repeat(3000) },
      `this receiver is not to be called as ${long}`,
    ],
    ['method', framed(logs), `/${'x'.repeat(3000)}`, {}, `unknown method /${long.slice(1)}`],
    [
      'encoding',
      framed(logs, 1),
      logsPath,
      { 'grpc-encoding': 'x'.repeat(3000) },
      `grpc-encoding ${long} is not supported; use gzip`,
    ],
  ])('of a long %s its beginning is repeated', async (_, chunk, path, headers, message) => {
    const reply = await call([chunk], path, headers)
    expect(decodeURIComponent(reply.message)).toBe(message)
  })

  test('another content type is HTTP 415', async () => {
    const { headers } = await call([framed(logs)], logsPath, { 'content-type': 'application/json' })
    expect(headers[':status']).toBe(415)
  })

  test('a message over the limit is RESOURCE_EXHAUSTED, announced, sent or unpacked', async () => {
    await start({ maxBodyBytes: 1000 })
    const announced = framed(Buffer.alloc(0))
    announced.writeUInt32BE(1001, 1)
    const bomb = framed(gzipSync(Buffer.alloc(100_000)), 1)
    const statuses = [
      (await call([announced])).status,
      (await call([framed(Buffer.alloc(1001)), Buffer.alloc(100_000)])).status,
      (await call([bomb], logsPath, { 'grpc-encoding': 'gzip' })).status,
      (await call([framed(logs)])).status,
    ]
    expect([bomb.length < 1000, statuses]).toEqual([true, ['8', '8', '8', '0']])
  })

  test('a client without the token is UNAUTHENTICATED', async () => {
    await start({ token: 'sesame' })
    const tokens = [
      {},
      { authorization: 'Bearer open' },
      { authorization: 'Bearer sesame' },
      { 'x-api-key': 'sesame' },
    ]
    const replies = await Promise.all(tokens.map((headers) => call([framed(logs)], logsPath, headers)))
    expect(replies.map(({ status }) => status)).toEqual(['16', '16', '0', '0'])
  })

  test('a sender that resets its call leaves the others on the connection alone', async () => {
    const stream = session.request({
      ':method': 'POST',
      ':path': logsPath,
      'content-type': 'application/grpc',
    })
    stream.on('error', () => {})
    stream.write(framed(logs).subarray(0, 7))
    stream.close(8)
    await once(stream, 'close')
    expect([(await call([framed(logs)])).status, bodies(), errors]).toEqual(['0', ['hello'], []])
  })
})

describe('listening', () => {
  test('TLS, and clients need a certificate when they are asked for one', async () => {
    const { ca, server: identity, client } = createCertificates()
    await start({ tls: identity }, { ca })
    const plain = await call([framed(logs)])
    await start({ tls: { ...identity, ca, requestCert: true } }, { ca, ...client })
    const known = await call([framed(logs)])
    expect([plain.status, known.status]).toEqual(['0', '0'])
    session.destroy()
    session = connect(server.url, { ca })
    session.on('error', () => {})
    await expect(call([framed(logs)])).rejects.toThrow(
      /certificate required|ECONNRESET|cancel|destroyed|closed/,
    )
  })

  test('closing ends calls that are still waiting for their answer', async () => {
    handlers.answer = new Promise(() => {})
    const called = new Promise<void>((resolve) => {
      const { logs } = handlers
      handlers.logs = (request, raw, call) => {
        resolve()
        return logs(request, raw, call)
      }
    })
    const waiting = expect(call([framed(logs)])).rejects.toThrow('closed without an answer')
    await called
    await server.close()
    await waiting
  })
})

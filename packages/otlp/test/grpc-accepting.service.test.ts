import { gzipSync } from 'node:zlib'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import { bodies, call, framed, handlers, logs, logsPath, metricsPath, server, start } from './grpc-rig.ts'
import { field } from './wire.ts'

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

  test('an empty message is a success, and metrics that nobody handles are accepted', async () => {
    const empty = await call([framed(Buffer.alloc(0))])
    const metrics = await call([framed(field(1, 'x'))], metricsPath)
    expect([empty.status, handlers.logRequests, metrics.status]).toEqual(['0', [[]], '0'])
    expect(metrics.body.subarray(5).length).toBe(0)
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

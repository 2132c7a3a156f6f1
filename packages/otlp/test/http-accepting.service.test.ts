import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { describe, expect, test } from 'vitest'
import {
  bodies,
  handlers,
  json,
  logsJson,
  logsProtobuf,
  protobuf,
  send,
  server,
  tracesProtobuf,
} from './http-rig.ts'
import { field } from './wire.ts'

describe('accepting', () => {
  test('protobuf and JSON are answered in kind, and the handler gets the body as it was sent', async () => {
    const replies = [await send(logsJson), await send(logsProtobuf, { type: `${protobuf}; charset=utf-8` })]
    expect(replies.map(({ status, type, body }) => [status, type, String(body)])).toEqual([
      [200, json, '{}'],
      [200, protobuf, ''],
    ])
    expect([bodies(), handlers.raw.map(String)]).toEqual([
      ['hello', 'hello'],
      [logsJson, String(logsProtobuf)],
    ])
    expect(handlers.calls).toMatchObject([
      { protocol: 'http', encoding: 'json', path: '/v1/logs', wireBytes: logsJson.length },
      { protocol: 'http', encoding: 'protobuf', path: '/v1/logs', wireBytes: logsProtobuf.length },
    ])
  })

  test('traces come to their own handler, and an empty request is a success', async () => {
    const reply = await send(tracesProtobuf, { type: protobuf, path: '/v1/traces?x=1' })
    const empty = await send('', { type: protobuf, path: '/v1/traces' })
    expect([reply.status, empty.status]).toEqual([200, 200])
    expect(handlers.traceRequests[0]![0]!.scopeSpans[0]!.spans[0]!.name).toBe('GET /')
    expect(handlers.traceRequests[1]).toEqual([])
  })

  test('metrics that nobody handles are accepted without a word, which senders would take for a failure', async () => {
    const path = '/v1/metrics'
    const binary = await send(field(1, 'whatever'), { type: protobuf, path })
    const text = await send('{"resourceMetrics":[]}', { path })
    expect([binary.status, binary.body.length]).toEqual([200, 0])
    expect([text.status, String(text.body)]).toEqual([200, '{}'])
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ])('content-encoding %s', async (encoding, compress) => {
    const compressed = compress(logsJson)
    const reply = await send(compressed, { headers: { 'content-encoding': encoding } })
    expect([reply.status, bodies(), handlers.calls[0]!.wireBytes]).toEqual([
      200,
      ['hello'],
      compressed.length,
    ])
  })

  test('the official exporter delivers, compressed, with ids and attributes', async () => {
    const exporter = new OTLPLogExporter({ url: `${server.url}/v1/logs`, compression: 'gzip' as never })
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
    provider.getLogger('winston', '3').emit({ body: { nested: [1, 'two'] }, attributes: { 'order.id': 12 } })
    await provider.shutdown()
    const [request] = handlers.logRequests
    expect(request![0]!.scopeLogs).toMatchObject([
      {
        scope: { name: 'winston', version: '3' },
        logRecords: [{ body: { nested: [1, 'two'] }, attributes: { 'order.id': 12 } }],
      },
    ])
    expect(handlers.calls[0]!.headers['content-encoding']).toBe('gzip')
  })

  test('the official exporter comes again when it was told to, and not sooner', async () => {
    const times: number[] = []
    const delivered = new Promise((resolve) => {
      handlers.logs = (request) => {
        times.push(performance.now())
        if (times.length === 1) return { retryAfterSeconds: 1 }
        resolve(request[0]!.scopeLogs[0]!.logRecords[0]!.body)
        return 'ok'
      }
    })
    const exporter = new OTLPLogExporter({ url: `${server.url}/v1/logs` })
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
    provider.getLogger('winston').emit({ body: 'again' })
    expect(await delivered).toBe('again')
    expect(times[1]! - times[0]!).toBeGreaterThan(900)
    await provider.shutdown()
  })
})

import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOtlpHttpHandler, startOtlpHttpReceiver } from '../src/receive/http.ts'
import type { OtlpServer, ReceiverOptions } from '../src/receive/receiver.ts'
import { decodeExportResponse } from '../src/response.ts'
import { createCertificates } from './certificates.ts'
import { type RecordingHandlers, recordingHandlers } from './recording-handlers.ts'
import { field, number } from './wire.ts'

const json = 'application/json'
const protobuf = 'application/x-protobuf'
const logsJson = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}'
const logsProtobuf = field(1, field(2, field(2, field(5, field(1, 'hello')))))
const tracesProtobuf = field(1, field(2, field(2, field(5, 'GET /'))))

let server: OtlpServer
let handlers: RecordingHandlers
let errors: unknown[]

async function start(options: Partial<ReceiverOptions> = {}): Promise<void> {
  await server?.close()
  const onError = (error: unknown) => errors.push(error)
  server = await startOtlpHttpReceiver({ handlers, onError, ...options })
}

beforeEach(async () => {
  handlers = recordingHandlers()
  errors = []
  await start()
})

afterEach(() => server.close())

type Reply = { status: number; type: string; body: Buffer; headers: IncomingMessage['headers'] }
type Sent = { path?: string; method?: string; type?: string; headers?: Record<string, string>; tls?: object }

async function send(body: string | Uint8Array | Uint8Array[], sent: Sent = {}): Promise<Reply> {
  const headers = { 'content-type': sent.type ?? json, ...sent.headers }
  const options: RequestOptions = { method: sent.method ?? 'POST', headers, ...sent.tls }
  const makeRequest = server.url.startsWith('https') ? httpsRequest : httpRequest
  const request = makeRequest(server.url + (sent.path ?? '/v1/logs'), options)
  if (Array.isArray(body)) {
    for (const chunk of body) request.write(chunk)
    request.end()
  } else request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const type = response.headers['content-type'] ?? ''
  return { status: response.statusCode!, type, body: await buffer(response), headers: response.headers }
}

function bodies(): unknown[] {
  return handlers.logRequests.flatMap((request) =>
    request.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords.map((r) => r.body))),
  )
}

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

  test('metrics are accepted with a warning that they are not kept', async () => {
    const path = '/v1/metrics'
    const binary = await send(field(1, 'whatever'), { type: protobuf, path })
    const text = await send('{"resourceMetrics":[]}', { path })
    const message = 'metrics are accepted but not kept'
    expect([binary.status, decodeExportResponse(binary.body)]).toEqual([200, { rejected: 0, message }])
    expect([text.status, JSON.parse(String(text.body))]).toEqual([
      200,
      { partialSuccess: { rejectedDataPoints: '0', errorMessage: message } },
    ])
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

describe('what a handler answers', () => {
  test('a partial success in both encodings', async () => {
    handlers.answer = { rejected: 3, message: 'too old' }
    const [binary, text] = [await send(logsProtobuf, { type: protobuf }), await send(logsJson)]
    const partialSuccess = { rejectedLogRecords: '3', errorMessage: 'too old' }
    expect([binary.status, decodeExportResponse(binary.body)]).toEqual([200, handlers.answer])
    expect([text.status, JSON.parse(String(text.body))]).toEqual([200, { partialSuccess }])
  })

  test('a delay becomes 429 with Retry-After in whole seconds', async () => {
    handlers.answer = { retryAfterSeconds: 1.2 }
    const { status, headers, body } = await send(logsJson)
    expect([status, headers['retry-after'], JSON.parse(String(body))]).toEqual([
      429,
      '2',
      { code: 14, message: 'come back later' },
    ])
  })

  test('a status of its own', async () => {
    handlers.answer = { status: 503, message: 'disk full', retryAfterSeconds: 9 }
    const { status, headers, body } = await send(logsProtobuf, { type: protobuf })
    expect([status, headers['retry-after'], body]).toEqual([
      503,
      '9',
      Buffer.concat([number(1, 14), field(2, 'disk full')]),
    ])
  })

  test('a handler that throws is a 503, and its error is reported', async () => {
    const problem = new Error('database is locked')
    handlers.answer = problem
    const { status, body } = await send(logsJson)
    expect([status, String(body).includes('locked'), errors]).toEqual([503, false, [problem]])
  })
})

describe('a handler that takes the bytes', () => {
  test('gets them undecoded, alone in an ArrayBuffer, and metrics do not come to it', async () => {
    const got: unknown[] = []
    await start({
      handlers: {
        request(signal, encoding, raw, { wireBytes }) {
          got.push([signal, encoding, String(raw), raw.buffer.byteLength, wireBytes])
          structuredClone(raw, { transfer: [raw.buffer] })
          return { status: 400, message: 'no OTLP' }
        },
      },
    })
    const zipped = gzipSync('[')
    const replies = [
      await send('zzz', { type: protobuf, path: '/v1/traces' }),
      await send(zipped, { headers: { 'content-encoding': 'gzip' } }),
      await send('x'.repeat(70_000)),
      await send('{}', { path: '/v1/metrics' }),
    ]
    expect([replies.map(({ status }) => status), String(replies[1]!.body)]).toEqual([
      [400, 400, 400, 200],
      '{"code":3,"message":"no OTLP"}',
    ])
    expect(got).toEqual([
      ['traces', 'protobuf', 'zzz', 3, 3],
      ['logs', 'json', '[', 1, zipped.length],
      ['logs', 'json', 'x'.repeat(70_000), 70_000, 70_000],
    ])
  })

  test('on a server of its own, which answers other paths itself', async () => {
    const otlp = createOtlpHttpHandler({ handlers })
    const own = createServer((request, response) => {
      if (request.url === '/') response.end('a page')
      else void otlp(request, response)
    }).listen(0, '127.0.0.1')
    await once(own, 'listening')
    const url = `http://127.0.0.1:${(own.address() as AddressInfo).port}`
    const answers = await Promise.all([
      fetch(url),
      fetch(`${url}/v1/logs`, { method: 'POST', body: logsJson, headers: { 'content-type': json } }),
    ])
    own.close()
    expect([await answers[0].text(), await answers[1].text(), bodies()]).toEqual(['a page', '{}', ['hello']])
  })
})

describe('pages of other origins', () => {
  const origin = 'http://localhost:3000'
  const cors = ({ status, headers }: Reply) => [
    status,
    headers['access-control-allow-origin'],
    headers['access-control-allow-headers'],
  ]
  const preflight = (from: string) =>
    send('', {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'POST' },
    })

  test('an origin that is allowed is told so, before its token and with every answer', async () => {
    await start({ corsOrigins: [origin], token: 'sesame' })
    const posts = await Promise.all([
      send(logsJson, { headers: { origin, 'x-api-key': 'sesame' } }),
      send(logsJson, { headers: { origin } }),
    ])
    expect([await preflight(origin), ...posts].map(cors)).toEqual([
      [204, origin, 'authorization, content-encoding, content-type, x-api-key'],
      [200, origin, undefined],
      [401, origin, undefined],
    ])
  })

  test('any other origin is told nothing', async () => {
    await start({ corsOrigins: [origin] })
    const replies = [
      await preflight('http://localhost:3001'),
      await preflight('null'),
      await send(logsJson, { headers: { origin: 'https://evil.example' } }),
    ]
    expect(replies.map(cors)).toEqual([
      [405, undefined, undefined],
      [405, undefined, undefined],
      [200, undefined, undefined],
    ])
  })
})

describe('refusing', () => {
  const message = (reply: Reply) => (JSON.parse(String(reply.body)) as { message: string }).message

  test.each([
    [
      'an unknown path',
      { path: '/v1/profiles' },
      404,
      '/v1/profiles is not one of /v1/logs, /v1/traces, /v1/metrics',
    ],
    ['another method', { method: 'PUT' }, 405, 'use POST'],
    [
      'a form',
      { type: 'text/plain' },
      415,
      'content-type text/plain: send application/x-protobuf or application/json',
    ],
    [
      'an unknown encoding',
      { headers: { 'content-encoding': 'br' } },
      415,
      'content-encoding must be one of identity, gzip, deflate, zstd',
    ],
    [
      'bytes that are not gzip',
      { headers: { 'content-encoding': 'gzip' } },
      400,
      'the body is not what content-encoding says',
    ],
    [
      'another host name',
      { headers: { host: 'evil.example:4318' } },
      403,
      'this receiver is not to be called as evil.example:4318',
    ],
  ])('%s', async (_, sent: Sent, status, problem) => {
    const reply = await send(logsJson, sent)
    expect([reply.status, reply.type, message(reply), handlers.calls]).toEqual([status, json, problem, []])
  })

  const long = `${'x'.repeat(80)}…`
  test.each([
    ['name', { headers: { host: 'x'.repeat(3000) } }, `this receiver is not to be called as ${long}`],
    [
      'path',
      { path: `/${'x'.repeat(3000)}` },
      `/${long.slice(1)} is not one of /v1/logs, /v1/traces, /v1/metrics`,
    ],
    [
      'type',
      { type: 'x'.repeat(3000) },
      `content-type ${long}: send application/x-protobuf or application/json`,
    ],
  ])('of a long %s its beginning is repeated', async (_, sent: Sent, problem) => {
    expect(message(await send(logsJson, sent))).toBe(problem)
  })

  test('bytes that are not OTLP are a 400 with the place, in the encoding of the request', async () => {
    const binary = await send('zzz', { type: protobuf })
    const text = await send('{"resourceLogs":5}')
    expect([binary.status, binary.type, binary.body]).toEqual([
      400,
      protobuf,
      Buffer.concat([number(1, 3), field(2, 'OTLP, byte 1: a field of 122 bytes, 1 left')]),
    ])
    expect([text.status, message(text)]).toEqual([400, 'OTLP, resourceLogs: must be an array'])
  })

  test('a body over the limit is a 413, announced or not, and so is a bomb', async () => {
    await start({ maxBodyBytes: 1000 })
    const large = Buffer.alloc(1001)
    const bomb = gzipSync(Buffer.alloc(1_000_000))
    const statuses = [
      (await send(large)).status,
      (await send([large.subarray(0, 600), large.subarray(600)])).status,
      (await send(bomb.subarray(0, bomb.length), { headers: { 'content-encoding': 'gzip' } })).status,
      (await send(logsJson)).status,
    ]
    expect([bomb.length < 1100, statuses]).toEqual([true, [413, 413, 413, 200]])
  })

  test('a client without the token is a 401', async () => {
    await start({ token: 'sesame' })
    const tokens = [
      {},
      { authorization: 'Bearer open' },
      { authorization: 'sesame' },
      { 'x-api-key': 'open' },
      { authorization: 'Bearer sesame' },
      { 'x-api-key': 'sesame' },
    ]
    const replies = await Promise.all(
      tokens.map((headers: object) => send(logsJson, { headers: { ...headers } })),
    )
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401, 401, 200, 200])
  })

  test('a sender that goes away in the middle leaves the receiver working', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      `POST /v1/logs HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${json}\r\ncontent-length: 99\r\n\r\n{`,
    )
    await once(socket, 'connect')
    socket.destroy()
    expect([(await send(logsJson)).status, errors]).toEqual([200, []])
  })
})

describe('listening', () => {
  test('TLS, and clients need a certificate when they are asked for one', async () => {
    const { ca, server: identity, client } = createCertificates()
    await start({ tls: identity })
    const plain = await send(logsJson, { tls: { ca } })
    await start({ tls: { ...identity, ca, requestCert: true } })
    const known = await send(logsJson, { tls: { ca, ...client } })
    const unknown = send(logsJson, { tls: { ca } })
    await expect(unknown).rejects.toThrow(/certificate required|ECONNRESET|socket hang up/)
    expect([server.url.slice(0, 18), plain.status, known.status]).toEqual(['https://127.0.0.1:', 200, 200])
  })

  test('closing ends requests that are still waiting for their answer', async () => {
    handlers.answer = new Promise(() => {})
    const called = new Promise<void>((resolve) => {
      const { logs } = handlers
      handlers.logs = (request, raw, call) => {
        resolve()
        return logs(request, raw, call)
      }
    })
    const waiting = expect(send(logsJson)).rejects.toThrow('socket hang up')
    await called
    await server.close()
    await waiting
  })

  test('a port that is taken rejects with the remedy, in the words of the caller', async () => {
    const { port } = server
    const settingNames = { host: '--host', port: '--port' }
    const problems = await Promise.all(
      [{}, { settingNames }].map((more) => startOtlpHttpReceiver({ handlers, port, ...more }).catch(String)),
    )
    const problem = `Error: port ${port} on 127.0.0.1 is in use, perhaps by another desk or a collector; end it, or choose another with`
    expect(problems).toEqual([`${problem} port`, `${problem} --port`])
    await expect(startOtlpHttpReceiver({ handlers, port })).rejects.toHaveProperty('code', 'EADDRINUSE')
  })
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createOtlpHttpHandler } from '../src/receive/http.ts'
import { decodeExportResponse } from '../src/response.ts'
import { bodies, errors, handlers, json, logsJson, logsProtobuf, protobuf, send, start } from './http-rig.ts'
import { field, number } from './wire.ts'

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

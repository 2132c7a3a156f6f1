import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { bodies, call, errors, framed, handlers, logs, logsPath, session, start } from './grpc-rig.ts'

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

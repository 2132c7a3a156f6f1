import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  errors,
  handlers,
  json,
  logsJson,
  protobuf,
  type Reply,
  type Sent,
  send,
  server,
  start,
} from './http-rig.ts'
import { field, number } from './wire.ts'

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

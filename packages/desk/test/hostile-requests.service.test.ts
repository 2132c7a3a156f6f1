import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeskStatus } from '../api/index.ts'
import { json, type RunningDesk, send, startDesk } from './running-desk.ts'

let desk: RunningDesk

beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

/** What a sender may have for so few bytes. Requests of a file that are under way are over its limit when it is seen. */
const mostWireBytes = 64 * 1024
const mostRecords = 8 * 65_536
const mostStoredBytes = 64 * 1024 * 1024

const zip = (bytes: Uint8Array | string): Buffer => gzipSync(bytes, { level: 9 })
const protobuf = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
const zippedJson = { ...json, 'content-encoding': 'gzip' }
const lines = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }

/** A field of a message: its number, and the bytes of what it holds. */
function field(number: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const head = [(number << 3) | 2]
  for (let rest = content.length; ; rest >>>= 7) {
    head.push(rest < 128 ? rest : (rest & 127) | 128)
    if (rest < 128) return Buffer.concat([Buffer.from(head), content])
  }
}

const many = (part: Uint8Array, bytes = 10_000_000): Buffer =>
  Buffer.alloc(bytes - (bytes % part.length), part)
const none = Buffer.alloc(0)
const request = (...scope: Uint8Array[]): Buffer => zip(field(1, field(2, ...scope)))
const logOf = (...parts: Uint8Array[]): Buffer => request(field(2, ...parts))
const ids = [field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 1))]
const spanOf = (...parts: Uint8Array[]): Buffer => request(field(2, ...ids, ...parts))
const inLogs = (records: string): string => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`
const listed = (item: string, bytes: number): string =>
  `${`${item},`.repeat(bytes / (item.length + 1))}${item}`

type Case = [
  name: string,
  path: string,
  headers: Record<string, string>,
  body: () => Uint8Array,
  status: number,
  answer: RegExp,
]

const kept = /^\0*$/
const tooMany = /are more than the 65536 that a request may have/

const cases: Case[] = [
  ['empty lines', '/v1/logs', protobuf, () => request(many(field(2, none))), 200, tooMany],
  ['empty spans', '/v1/traces', protobuf, () => request(many(field(2, none))), 200, tooMany],
  ['resources', '/v1/logs', protobuf, () => zip(many(field(1, none))), 413, /65536 resources and scopes/],
  ['scopes', '/v1/traces', protobuf, () => zip(field(1, many(field(2, none)))), 413, /65536 resources/],
  [
    'resources with a line',
    '/v1/logs',
    protobuf,
    () => zip(many(field(1, field(2, field(2, none))))),
    413,
    /65536/,
  ],
  ['attributes of a line', '/v1/logs', protobuf, () => logOf(many(field(6, none))), 200, kept],
  ['items of a body', '/v1/logs', protobuf, () => logOf(field(5, field(5, many(field(1, none))))), 200, kept],
  [
    'members of a body',
    '/v1/logs',
    protobuf,
    () => logOf(field(5, field(6, many(field(1, none))))),
    200,
    kept,
  ],
  [
    'lists in an attribute',
    '/v1/logs',
    protobuf,
    () => logOf(field(6, field(2, field(5, many(field(1, field(5, none))))))),
    200,
    kept,
  ],
  [
    'a body of one text',
    '/v1/logs',
    protobuf,
    () => logOf(field(5, field(1, many(Buffer.from('x y '))))),
    200,
    kept,
  ],
  [
    'a body of 80,000 words in Chinese',
    '/v1/logs',
    protobuf,
    () => logOf(field(5, field(1, many(Buffer.from('汉字'))))),
    200,
    kept,
  ],
  [
    'attributes of a resource',
    '/v1/logs',
    protobuf,
    () => zip(field(1, field(1, many(field(1, none))), field(2, field(2, none)))),
    200,
    kept,
  ],
  [
    'attributes of a scope',
    '/v1/logs',
    protobuf,
    () => request(field(1, many(field(3, none))), field(2, none)),
    200,
    kept,
  ],
  [
    'a name of a scope',
    '/v1/logs',
    protobuf,
    () => request(field(1, field(1, many(Buffer.from('n')))), field(2, none)),
    200,
    kept,
  ],
  ['events', '/v1/traces', protobuf, () => spanOf(many(field(11, none))), 200, kept],
  [
    'attributes of an event',
    '/v1/traces',
    protobuf,
    () => spanOf(field(11, many(field(3, none)))),
    200,
    kept,
  ],
  ['links', '/v1/traces', protobuf, () => spanOf(many(field(13, ...ids))), 200, kept],
  ['a trace state', '/v1/traces', protobuf, () => spanOf(field(3, many(Buffer.from('s')))), 200, kept],
  [
    'lines in JSON',
    '/v1/logs',
    zippedJson,
    () => zip(inLogs(listed('{}', 10e6))),
    413,
    /1000000 values in JSON/,
  ],
  [
    'lists in JSON',
    '/v1/logs',
    zippedJson,
    () => zip(`{"x":${'['.repeat(4e6)}${']'.repeat(4e6)}}`),
    413,
    /values in JSON/,
  ],
  ['deep JSON', '/v1/logs', zippedJson, () => zip(`{"x":${'['.repeat(9e5)}${']'.repeat(9e5)}}`), 200, /./],
  [
    'a number in JSON',
    '/v1/logs',
    zippedJson,
    () => zip(inLogs(`{"severityNumber":${'1'.repeat(10e6)}}`)),
    400,
    /OTLP/,
  ],
  [
    'a time in JSON',
    '/v1/logs',
    zippedJson,
    () => zip(inLogs(`{"timeUnixNano":"${'1'.repeat(10e6)}"}`)),
    400,
    /timeUnixNano/,
  ],
  ['zeros beyond the body', '/v1/logs', protobuf, () => zip(Buffer.alloc(60_000_000)), 413, /20971520 bytes/],
  [
    'zeros in zstd',
    '/v1/logs',
    { ...protobuf, 'content-encoding': 'zstd' },
    () => zstdCompressSync(Buffer.alloc(500_000_000)),
    413,
    /20971520 bytes/,
  ],
  [
    'lines that are none',
    '/api/import',
    lines,
    () => zip('x\n'.repeat(20e6)),
    400,
    /more than 10000 lines are no records, line 1: neither JSON nor a line/,
  ],
  [
    'a document of lines that are none',
    '/api/import',
    zippedJson,
    () => zip('x\n'.repeat(20e6)),
    400,
    /more than 10000 lines are no records/,
  ],
  ['objects with nothing in them', '/api/import', lines, () => zip('{}\n'.repeat(3e6)), 400, /it is empty/],
  ['white space', '/api/import', lines, () => zip(' '.repeat(60e6)), 413, /200 times its size/],
  [
    'lines of empty records',
    '/api/import',
    lines,
    () => zip(`${inLogs(listed('{}', 2e5))}\n`.repeat(9)),
    413,
    /too-large/,
  ],
  ['a line of lists', '/api/import', lines, () => zip(`[${listed('[]', 2.5e6)}]`), 413, /too-large/],
  ['lines without anything', '/api/import', lines, () => zip('\n'.repeat(1e6)), 200, /"logs":0/],
]

async function stateOf(): Promise<DeskStatus> {
  return JSON.parse((await send(desk.url, '/api/status')).body) as DeskStatus
}

test.each(cases)(
  '%s in a few bytes cost little, and the sender is told',
  async (_, path, headers, body, status, answer) => {
    const bytes = body()
    const before = await stateOf()
    const reply = await send(desk.url, path, { headers, body: bytes })
    const after = await stateOf()
    expect([bytes.length < mostWireBytes, reply.status, reply.body]).toEqual([
      true,
      status,
      expect.stringMatching(answer),
    ])
    expect(after.store.logs + after.store.spans - before.store.logs - before.store.spans).toBeLessThan(
      mostRecords,
    )
    expect(after.store.bytes - before.store.bytes).toBeLessThan(mostStoredBytes)
    expect(desk.errors).toEqual([])
  },
)

test.each([
  ['words', 'a '.repeat(2000)],
  ['words, too many', 'a '.repeat(4000)],
  ['brackets', `${'('.repeat(2000)}a${')'.repeat(2000)}`],
  ['negations', `${'not '.repeat(1000)}a`],
  ['dashes', `${'-'.repeat(4000)}a`],
  ['choices', `a${' or a'.repeat(800)}`],
  ['quotes', '"'.repeat(4001)],
  ['attributes', 'a.b:1 '.repeat(600)],
  ['stars', `${'*'.repeat(2000)}a`],
])('a search of %s is answered or refused with its reason', async (_, search) => {
  const reply = await send(desk.url, `/api/logs?q=${encodeURIComponent(search)}`)
  expect(reply.status).toSatisfy((status: number) => status === 200 || status === 400)
})

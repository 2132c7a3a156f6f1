import { gzipSync } from 'node:zlib'
import {
  decodeLogsRequest,
  decodeTracesRequest,
  encodeLogsRequest,
  encodeTracesRequest,
  logsToJson,
  type ResourceLogs,
  type ResourceSpans,
  tracesToJson,
} from '@clew/otlp'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomLogs, randomSpans } from '../../../otlp/test/random-request.ts'
import { type ImportLimits, importLimits } from '../schema/limits.ts'
import { isStoreError } from '../schema/store-error.ts'
import type { Batch } from './batches.ts'
import { type FileReport, importFile } from './import-file.ts'

type Outcome = { report?: FileReport; refused?: string; batches: Batch[] }

async function read(
  bytes: Uint8Array,
  { size = 65_536, limits = importLimits }: { size?: number; limits?: ImportLimits } = {},
): Promise<Outcome> {
  const batches: Batch[] = []
  let sent = 0
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = Buffer.from(bytes.subarray(at, at + size))
      sent += chunk.length
      yield chunk
    }
  }
  try {
    const report = await importFile({
      ...{ chunks: chunks(), sentBytes: () => sent, limits, now: () => 1_764_000_000_000 },
      send: (batch) => void batches.push(batch),
      ready: () => Promise.resolve(),
    })
    return { report, batches }
  } catch (error) {
    if (!isStoreError(error)) throw error
    return { refused: error.message, batches }
  }
}

const id = (digits: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((hex) => !/^0+$/.test(hex))

/** Only what the desk can keep: spans with an id. */
const keptSpans = fc.tuple(randomSpans, id(32), id(16)).map(([request, traceId, spanId]) =>
  request.map((group) => ({
    ...group,
    scopeSpans: group.scopeSpans.map((scope) => ({
      ...scope,
      spans: scope.spans.map((span) => ({ ...span, traceId, spanId })),
    })),
  })),
)

const logsIn = (request: readonly ResourceLogs[]): object[] =>
  request.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ scope, logRecords }) => logRecords.map((record) => ({ resource, scope, record }))),
  )
const spansIn = (request: readonly ResourceSpans[]): object[] =>
  request.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ resource, scope, span }))),
  )
const importedLogs = ({ batches }: Outcome): object[] =>
  batches.flatMap(({ bytes }) => logsIn(decodeLogsRequest(bytes)))
const importedSpans = ({ batches }: Outcome): object[] =>
  batches.flatMap(({ bytes }) => spansIn(decodeTracesRequest(bytes)))

const framed = (request: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(request.length)
  return Buffer.concat([length, request])
}

describe('what is encoded, written to a file and imported is the same', () => {
  const sizes = fc.integer({ min: 1, max: 5000 })

  test('lines', async () => {
    const same = fc.asyncProperty(randomLogs, sizes, async (request, size) => {
      const expected = logsIn(request)
      fc.pre(expected.length > 0)
      const bytes = encodeLogsRequest(request)
      const json = Buffer.from(logsToJson(request))
      const pretty = Buffer.from(JSON.stringify(JSON.parse(json.toString()), null, 2))
      for (const file of [json, pretty, gzipSync(json), framed(bytes), bytes])
        expect(importedLogs(await read(file, { size }))).toEqual(expected)
    })
    await fc.assert(same, { numRuns: 150 })
  })

  test('spans, also where a document is read element by element', async () => {
    const same = fc.asyncProperty(keptSpans, sizes, async (request, size) => {
      const expected = spansIn(request)
      fc.pre(expected.length > 0)
      const bytes = encodeTracesRequest(request)
      const json = Buffer.from(tracesToJson(request))
      const limits = { ...importLimits, wholeBytes: 100 }
      for (const file of [json, framed(bytes), Buffer.concat([framed(bytes), framed(Buffer.alloc(0))])])
        expect(importedSpans(await read(file, { size }))).toEqual(expected)
      expect(importedSpans(await read(json, { size, limits }))).toEqual(expected)
    })
    await fc.assert(same, { numRuns: 150 })
  })
})

const seeds = [
  '{"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"2","operationName":"a"}],"processes":{}}],"total":0}',
  '[[{"traceId":"1","id":"2","kind":"CLIENT","tags":{"a":"b"}}],[]]',
  '{"level":30,"time":1764000000000,"msg":"a"}\n{"@t":"2025-11-24T16:00:00Z","@mt":"{a} {{b}}","a":[1]}\n',
  '2025-11-24 16:00:00,123 INFO a\n  at b\n<34>1 2025-11-24T16:00:00Z h a 1 - [a b="c"] d\nlevel=info msg="a \\" b"\n',
  '{"batches":[{"scopeSpans":[{"spans":[{"traceId":"AAAAAAAAAAAAAAAAAAAAAQ==","spanId":"AAAAAAAAAAE="}]}]}]}',
  '{"log":"{\\"msg\\":\\"a\\"}\\n","stream":"stdout","time":"2025-11-24T16:00:00Z"}',
].map((text) => Buffer.from(text))
const packed = [
  encodeTracesRequest([]),
  framed(Buffer.from('0a1012101a0e0a0c0a0101', 'hex')),
  Buffer.from('0a2a12280a0022240a10000102030405060708090a0b0c0d0e0f1208', 'hex'),
]

describe('whatever a file is', () => {
  test('cut, changed, repeated or mixed: there is an answer, and the same in any pieces', async () => {
    const pick = fc.constantFrom(...seeds, ...packed, gzipSync(seeds[2]!))
    const change = fc.tuple(fc.nat(), fc.nat(255))
    const answers = fc.asyncProperty(
      fc.array(pick, { minLength: 1, maxLength: 3 }),
      fc.array(change, { maxLength: 4 }),
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      async (parts, changes, cut, size) => {
        const bytes = Buffer.concat(parts)
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
        const file = bytes.subarray(0, (cut % (bytes.length + 1)) + 1)
        const whole = await read(file)
        expect(await read(file, { size })).toEqual(whole)
        expect(whole.report ?? whole.refused).toBeDefined()
      },
    )
    await fc.assert(answers, { numRuns: 1500 })
  })

  test('noise, and text of any letters', async () => {
    const answers = fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 3000 }),
        fc.string({ unit: 'binary', maxLength: 500 }).map((text) => Buffer.from(text)),
      ),
      async (bytes) => {
        const { report, refused } = await read(bytes)
        expect(report ?? refused).toBeDefined()
      },
    )
    await fc.assert(answers, { numRuns: 500 })
  })

  const deep = 200_000
  test.each([
    ['brackets', '['.repeat(deep), /ends too early/],
    ['braces', '{"a":'.repeat(deep), /ends too early/],
    ['a text without end', `{"msg":"${'x'.repeat(30e6)}`, /a JSON value has more than 20971520 bytes/],
    ['a line without end', `2025-11-24 16:00:00 ${'x'.repeat(30e6)}`, /it has more than 20971520 bytes/],
    ['an element without end', `[{"a":1},{"msg":"${'x'.repeat(30e6)}`, /an element of a list has more than/],
    ['a number without end', `{"a":${'9'.repeat(30e6)}`, /a JSON value has more than/],
    [
      'a resource without end',
      Buffer.concat([Buffer.from('0affffff7f', 'hex'), Buffer.alloc(30e6, 1)]),
      /more than 20971520 bytes|no text and no OTLP/,
    ],
    ['a value of two million values', `{"msg":"a","b":[${'1,'.repeat(2e6)}1]}`, /1000000 values/],
  ])('of %s is refused with its reason', async (_, file, reason) => {
    const { report, refused } = await read(Buffer.from(file as string))
    expect(refused ?? report?.problems[0]?.message).toMatch(reason)
  })
})

test('a document larger than memory may hold is read as it comes', async () => {
  const trace = (at: number): string => {
    const traceId = at.toString(16).padStart(32, '0')
    const span = {
      traceID: traceId,
      spanID: '1',
      operationName: 'x'.repeat(2000),
      startTime: 1764e12,
      duration: 1,
      processID: 'p',
    }
    return JSON.stringify({
      traceID: traceId,
      spans: [span, { ...span, spanID: '2' }],
      processes: { p: { serviceName: 'a' } },
    })
  }
  const file = `{"total":0,"data":[${Array.from({ length: 3000 }, (_, at) => trace(at + 1)).join(',\n')}],"errors":null}`
  const { report, batches } = await read(Buffer.from(file))
  expect([report?.format, report?.records, report?.problems]).toEqual(['Jaeger', 6000, []])
  expect(Math.max(...batches.map(({ records }) => records))).toBeLessThanOrEqual(1001)
})

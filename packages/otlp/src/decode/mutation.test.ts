import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeLogsByProtobufjs, encodeSpansByProtobufjs } from '../../test/protobufjs-oracle.ts'
import { randomLogs, randomSpans } from '../../test/random-request.ts'
import { parseLogsJson, parseTracesJson } from '../json/parse.ts'
import { logsToJson, tracesToJson } from '../json/write.ts'
import { isOtlpDecodeError } from './decode-error.ts'
import { decodeLogsRequest, decodeTracesRequest } from './message.ts'

/** Damage to bytes: at a place between 0 and 1, cut there, put a byte there, or repeat what is before it. */
const damage = fc.record({
  kind: fc.constantFrom('set', 'insert', 'remove', 'cut', 'repeat'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x0a, 0x12, 0x7f, 0x80, 0xff)),
})

type Damage = { kind: string; at: number; byte: number }

function damaged(bytes: Buffer, { kind, at, byte }: Damage): Buffer {
  const place = Math.floor(at * bytes.length)
  const before = bytes.subarray(0, place)
  const after = bytes.subarray(place)
  const value = Buffer.from([byte])
  if (kind === 'set') return Buffer.concat([before, value, after.subarray(1)])
  if (kind === 'insert') return Buffer.concat([before, value, after])
  if (kind === 'remove') return Buffer.concat([before, after.subarray(1)])
  if (kind === 'cut') return before
  return Buffer.concat([before, before.subarray(-20), after])
}

/** Counts what came of it; anything but a model or a decode error fails the test. */
function countOutcomes<T>(
  requests: fc.Arbitrary<T>,
  encode: (request: T) => Buffer,
  decode: (bytes: Buffer) => unknown[],
): { decoded: number; refused: number } {
  const outcomes = { decoded: 0, refused: 0 }
  const holds = fc.property(
    requests,
    fc.array(damage, { minLength: 1, maxLength: 4 }),
    (request, damages) => {
      const bytes = damages.reduce(damaged, encode(request))
      try {
        expect(Array.isArray(decode(bytes))).toBe(true)
        outcomes.decoded++
      } catch (error) {
        if (!isOtlpDecodeError(error)) throw error
        outcomes.refused++
      }
    },
  )
  fc.assert(holds, { numRuns: 10_000 })
  return outcomes
}

test.each([
  [
    'protobuf logs',
    () => countOutcomes(randomLogs, (r) => Buffer.from(encodeLogsByProtobufjs(r)), decodeLogsRequest),
  ],
  [
    'protobuf traces',
    () => countOutcomes(randomSpans, (r) => Buffer.from(encodeSpansByProtobufjs(r)), decodeTracesRequest),
  ],
  ['JSON logs', () => countOutcomes(randomLogs, (r) => Buffer.from(logsToJson(r)), parseLogsJson)],
  ['JSON traces', () => countOutcomes(randomSpans, (r) => Buffer.from(tracesToJson(r)), parseTracesJson)],
])(
  '10,000 damaged requests of %s are decoded or refused, never anything else',
  { timeout: 120_000 },
  (_, run) => {
    const { decoded, refused } = run()
    expect(decoded).toBeGreaterThan(100)
    expect(refused).toBeGreaterThan(1000)
  },
)

test('bytes at random are decoded or refused, never anything else', () => {
  const holds = fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    for (const decode of [decodeLogsRequest, decodeTracesRequest, parseLogsJson, parseTracesJson]) {
      try {
        decode(bytes)
      } catch (error) {
        if (!isOtlpDecodeError(error)) throw error
      }
    }
  })
  fc.assert(holds, { numRuns: 10_000 })
})

test('any JSON is parsed or refused, never anything else', () => {
  const record = fc.record({ timeUnixNano: fc.jsonValue(), body: fc.jsonValue(), attributes: fc.jsonValue() })
  const wrapped = record.map((one) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [one] }] }] }))
  const holds = fc.property(fc.oneof(fc.jsonValue(), wrapped), (json) => {
    try {
      parseLogsJson(JSON.stringify(json))
    } catch (error) {
      if (!isOtlpDecodeError(error)) throw error
    }
  })
  fc.assert(holds, { numRuns: 5000 })
})

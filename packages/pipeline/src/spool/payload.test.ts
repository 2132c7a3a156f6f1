import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodePayload, type Payload, parsePayload } from './payload.ts'

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const facts = { signal: fc.constantFrom('logs' as const, 'traces' as const), count: fc.nat(0xffffffff) }
const parts = fc.array(fc.record({ scope: bytes, records: bytes.map((piece) => [piece]) }), { maxLength: 5 })
const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({ ...facts, resource: bytes, parts }),
  fc.record({ ...facts, request: bytes }),
)

test('a payload is read as it was written', () => {
  fc.assert(
    fc.property(payload, (written) => {
      expect(parsePayload(Buffer.concat(encodePayload(written)))).toEqual(written)
    }),
  )
})

test('a payload that is cut inside a part is none', () => {
  const written = Buffer.concat(
    encodePayload({
      signal: 'logs',
      count: 2,
      resource: Buffer.from('resource'),
      parts: [{ scope: Buffer.from('scope'), records: [Buffer.from('records')] }],
    }),
  )
  const cuts = Array.from({ length: written.length }, (_, cut) => parsePayload(written.subarray(0, cut)))
  // Between the resource and the first part is where a payload without parts would end.
  expect(cuts.filter((read) => read !== undefined)).toEqual([
    { signal: 'logs', count: 2, resource: Buffer.from('resource'), parts: [] },
  ])
})

test('bytes that are no payload give undefined', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (noise) => {
      expect(parsePayload(Buffer.from(noise))).toBeUndefined()
    }),
  )
})

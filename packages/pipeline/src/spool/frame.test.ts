import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameHeader, frameHeaderBytes, readFrames } from './frame.ts'

const magic = Buffer.from('mg')
const payloadOf = (text: string): Buffer => Buffer.concat([magic, Buffer.from(text)])
const frameOf = (payload: Buffer): Buffer => Buffer.concat([frameHeader([payload]), payload])
const segmentOf = (payloads: readonly Buffer[]): Buffer => Buffer.concat(payloads.map(frameOf))

const payloads = ['first', 'second, longer', '', 'mg', 'the last'].map(payloadOf)
const segment = segmentOf(payloads)
const texts = (list: readonly Buffer[]): string[] => list.map((payload) => payload.toString('latin1'))

test('a segment cut at any offset gives the frames before the cut', () => {
  for (let cut = 0; cut <= segment.length; cut++) {
    const whole: Buffer[] = []
    let end = 0
    for (const payload of payloads) {
      if (end + frameHeaderBytes + payload.length > cut) break
      whole.push(payload)
      end += frameHeaderBytes + payload.length
    }
    const read = readFrames(segment.subarray(0, cut), magic)
    expect({ payloads: texts(read.payloads), damagedBytes: read.damagedBytes }).toEqual({
      payloads: texts(whole),
      damagedBytes: cut - end,
    })
  }
})

test('one flipped byte anywhere costs the frame that it is in, and no other', () => {
  for (let at = 0; at < segment.length; at++) {
    const damaged = Buffer.from(segment)
    damaged.writeUInt8((damaged.readUInt8(at) ^ 0x41) & 0xff, at)
    let end = 0
    const intact = payloads.filter((payload) => {
      const start = end
      end += frameHeaderBytes + payload.length
      return at < start || at >= end
    })
    expect(texts(readFrames(damaged, magic).payloads)).toEqual(texts(intact))
  }
})

test('zeros behind the last frame are no frames', () => {
  const read = readFrames(Buffer.concat([segment, Buffer.alloc(100)]), magic)
  expect({ payloads: texts(read.payloads), damagedBytes: read.damagedBytes }).toEqual({
    payloads: texts(payloads),
    damagedBytes: 100,
  })
})

test('a payload in pieces is one frame', () => {
  const pieces = [magic, Buffer.from('ab'), Buffer.from(''), Buffer.from('c')]
  const bytes = Buffer.concat([frameHeader(pieces), ...pieces])
  expect(texts(readFrames(bytes, magic).payloads)).toEqual(['mgabc'])
})

test('random bytes never throw and never lose a frame behind them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 50 }), (noise, content) => {
      const payload = Buffer.concat([magic, content])
      const read = readFrames(Buffer.concat([noise, frameOf(payload)]), magic)
      expect(texts(read.payloads)).toContain(payload.toString('latin1'))
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeldRecords, type HeldRecordsOptions } from './held-records.ts'
import type { HeldKind } from './policy.ts'

const kind: HeldKind = { signal: 'logs', scope: { name: 'test', version: '1' } }

/** A ring of 1 MiB, and what left it. */
function createRing({ maxBytes = 2 ** 20, holdMs = 30_000, ...ofTrace }: Partial<HeldRecordsOptions> = {}) {
  const gone = { expired: 0, evicted: 0, cut: 0 }
  const ring = new HeldRecords({ maxBytes, holdMs, ...ofTrace, gone: (reason) => gone[reason]++ })
  const number = ring.kindOf(kind)
  const put = (traceId: string, text: string, nowMs = 0): boolean => {
    const writer = ring.open()
    const bytes = Buffer.from(text)
    if (writer.position + bytes.length + 4 > writer.buffer.length) {
      const larger = Buffer.alloc(writer.position + bytes.length + 4)
      writer.buffer.copy(larger, 0, 0, writer.position)
      writer.buffer = larger
    }
    bytes.copy(writer.buffer, writer.position)
    writer.position += bytes.length
    return ring.commit(writer, traceId, number, nowMs)
  }
  const take = (traceId: string): string[] => {
    const texts: string[] = []
    ring.release(traceId, (held, framed) => {
      expect(held).toBe(kind)
      texts.push(framed.toString())
    })
    return texts
  }
  return { ring, gone, put, take }
}

test('a chain leaves in the order of its records, once', () => {
  const { ring, put, take } = createRing()
  for (let record = 0; record < 12; record++) for (const trace of ['a', 'b']) put(trace, `${trace}${record}`)
  expect(take('a')).toEqual(Array.from({ length: 12 }, (_, record) => `a${record}`))
  expect([take('a'), ring.traces, ring.count]).toEqual([[], 1, 12])
})

test('what is older than the hold is dropped', () => {
  const { ring, gone, put, take } = createRing({ holdMs: 1000 })
  put('a', 'first', 0)
  put('a', 'second', 600)
  put('b', 'other', 1001)
  ring.expire(1001)
  expect([take('a'), gone, ring.count]).toEqual([['second'], { expired: 1, evicted: 0, cut: 0 }, 1])
})

test.each<[string, Partial<HeldRecordsOptions>, number]>([
  ['records', { maxTraceRecords: 5 }, 5],
  ['bytes', { maxTraceBytes: 35 }, 3],
  ['both', { maxTraceRecords: 4, maxTraceBytes: 35 }, 3],
  ['bytes that one record alone has', { maxTraceBytes: 5 }, 1],
])('of a chain with too many %s the last ones stay, and what is gone is counted', (_, limits, stay) => {
  const { ring, gone, put, take } = createRing(limits)
  const texts = Array.from({ length: 20 }, (__, record) => `${record}`.padEnd(10, '.'))
  for (const text of texts) {
    put('long', text)
    if (text.startsWith('3.')) put('short', text)
  }
  const lost = [ring.lostOf('long'), ring.lostOf('short'), ring.lostOf('none')]
  expect([lost, gone.cut, ring.count, ring.bytes]).toEqual([
    [20 - stay, 0, 0],
    20 - stay,
    stay + 1,
    stay * 10 + 10,
  ])
  expect([take('long'), take('short')]).toEqual([texts.slice(-stay), [texts[3]]])
  put('long', 'again')
  expect([ring.lostOf('long'), ring.count]).toEqual([0, 1])
})

test('what is older than the hold counts as lost to the chain that still has some', () => {
  const { ring, put, take } = createRing({ holdMs: 1000 })
  for (const nowMs of [0, 100, 900]) put('a', `${nowMs}`, nowMs)
  ring.expire(1500)
  expect([ring.lostOf('a'), take('a')]).toEqual([2, ['900']])
})

test('times come around after 49 days', () => {
  const { ring, gone, put, take } = createRing({ holdMs: 1000 })
  put('a', 'first', 2 ** 32 - 10)
  put('a', 'second', 2 ** 32 + 10)
  ring.expire(2 ** 32 + 20)
  expect([take('a'), gone.expired]).toEqual([['first', 'second'], 0])
})

test('a record that is larger than a block is not held, and the next one is', () => {
  const { put, take, gone } = createRing()
  put('a', 'first')
  expect([put('a', 'x'.repeat(200_000)), put('a', 'x'.repeat(50_000)), put('a', 'last')]).toEqual([
    false,
    true,
    true,
  ])
  expect([take('a').map(({ length }) => length), gone.evicted]).toEqual([[5, 50_000, 4], 0])
})

test('a block that is full to its last byte is not taken for an empty ring', () => {
  const { put, take } = createRing({ maxBytes: 256 * 1024 })
  // A block has 16 KiB, of which 20 bytes are the record's header.
  const texts = Array.from({ length: 40 }, (_, record) => `${record}`.padEnd(record % 2 ? 16_364 : 4, '.'))
  expect(texts.filter((text) => !put('a', text))).toEqual([])
  const left = take('a')
  expect([left, left.length > 10]).toEqual([texts.slice(-left.length), true])
})

test('a record that is written while another one is comes after it', () => {
  const { ring, put, take } = createRing()
  const outer = ring.open()
  put('b', 'inner')
  outer.position += outer.buffer.write('outer', outer.position)
  ring.commit(outer, 'a', 0, 0)
  expect([take('a'), take('b')]).toEqual([['outer'], ['inner']])
})

/** What a list would hold: records from the newest on, as many as the ring has. */
test('whatever is put in and taken out, the ring has the newest records of each trace, whole and in order', () => {
  const step = fc.oneof(
    {
      weight: 40,
      arbitrary: fc.record({
        trace: fc.integer({ min: 0, max: 40 }),
        length: fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min: 1, max: 3000 }) },
          fc.integer({ min: 1, max: 20_000 }),
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ release: fc.integer({ min: 0, max: 40 }) }) },
  )
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 200, maxLength: 1500, size: 'max' }),
      fc.integer({ min: 100, max: 5000 }),
      fc.record({
        maxTraceRecords: fc.integer({ min: 1, max: 40 }),
        maxTraceBytes: fc.integer({ min: 1, max: 40_000 }),
      }),
      (steps, holdMs, limits) => {
        const { ring, put, take, gone } = createRing({ maxBytes: 256 * 1024, holdMs, ...limits })
        const sum = (texts: readonly string[]): number =>
          texts.reduce((bytes, { length }) => bytes + length, 0)
        const model: { trace: string; text: string }[] = []
        let [nowMs, held, released] = [0, 0, 0]
        for (const one of steps) {
          nowMs += 3
          ring.expire(nowMs)
          if ('release' in one) {
            const trace = String(one.release)
            const texts = take(trace)
            const expected = model.filter((record) => record.trace === trace).map(({ text }) => text)
            // The oldest may have left.
            expect(texts).toEqual(expected.slice(expected.length - texts.length))
            expect(texts.length).toBeLessThanOrEqual(limits.maxTraceRecords)
            if (texts.length > 1) expect(sum(texts)).toBeLessThanOrEqual(limits.maxTraceBytes)
            released += texts.length
            for (let at = model.length - 1; at >= 0; at--) if (model[at]!.trace === trace) model.splice(at, 1)
          } else {
            const text = `${held}:`.padEnd(one.length, 'abcdefg')
            if (!put(String(one.trace), text, nowMs)) continue
            held++
            model.push({ trace: String(one.trace), text })
          }
          expect(ring.count).toBe(held - released - gone.expired - gone.evicted - gone.cut)
        }
        const left = new Set(model.map(({ trace }) => trace))
        let rest = 0
        for (const trace of left) {
          const texts = take(trace)
          const expected = model.filter((record) => record.trace === trace).map(({ text }) => text)
          expect(texts).toEqual(expected.slice(expected.length - texts.length))
          rest += texts.length
        }
        expect([rest + released + gone.expired + gone.evicted + gone.cut, ring.count, ring.traces]).toEqual([
          held,
          0,
          0,
        ])
      },
    ),
    { numRuns: 60, endOnFailure: true },
  )
})

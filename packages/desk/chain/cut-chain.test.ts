import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChainData } from '../api/index.ts'
import { buildChain } from './build-chain.ts'
import { chainAsText } from './chain-text.ts'
import { chooseRecords, keepRecords } from './cut-chain.ts'
import { sampleChain } from './sample-chain.ts'

const cut = (data: ChainData, room: number, size: (text: string) => number = () => 1): ChainData => {
  const kept = chooseRecords(data, room, ({ kind, index }) =>
    size(kind === 'span' ? data.spans.spanId[index]! : data.logs.text[index]!),
  )
  return keepRecords(data, kept)
}

const whole = () =>
  sampleChain()
    .span('GET /', { ms: [0, 100] })
    .span('early', { parent: 'GET /', ms: [1, 2] })
    .span('late', { parent: 'GET /', ms: [50, 60] })
    .span('deep', { parent: 'late', ms: [55, 58], failed: true, message: 'no money' })
    .event('exception', { span: 'deep', ms: 56, text: 'no money' })
    .log('first', { span: 'early', ms: 1 })
    .log('last', { span: 'GET /', ms: 90, level: 'error' })
    .log('of a lost one', { span: 'gone', ms: 91 })
    .data()

test('with room for all, nothing changes but the references', () => {
  const data = whole()
  const kept = cut(data, 100)
  expect(chainAsText(kept)).toBe(chainAsText(data))
  expect([kept.spans.ref, kept.logs.ref, kept.moreRecords]).toEqual([
    ['0', '1', '2', '3'],
    ['0', '1', '2'],
    0,
  ])
})

test('what failed and what tells of it is kept first, with all that is above it', () => {
  const { spans, logs, events, moreRecords } = cut(whole(), 4)
  expect({
    spans: spans.spanId,
    logs: logs.text,
    events: events.span,
    messages: spans.facts.flatMap(([span, { message }]) => (message ? [[span, message]] : [])),
    moreRecords,
  }).toEqual({
    spans: ['GET /', 'late', 'deep'],
    logs: ['last'],
    events: [2],
    messages: [[2, 'no money']],
    moreRecords: 3,
  })
})

test('what is too large is left out alone, and what is smaller comes in its place', () => {
  const { logs } = cut(whole(), 20, (text) => (text === 'last' ? 1000 : 1))
  expect(logs.text).toEqual(['first', 'of a lost one'])
})

test('a cause that had no room is told as one that is elsewhere', () => {
  const data = sampleChain()
    .span('job', { ms: [10, 20], failed: true, links: ['p cause'] })
    .span('cause', { trace: 'p', ms: [30, 40] })
    .data()
  const { links } = cut(data, 1)
  expect(links).toEqual([{ from: 0, to: -1, toTraceId: 'p', toSpanId: 'cause', isStored: true }])
})

const anyChain = fc
  .array(fc.record({ parent: fc.integer({ min: -1, max: 12 }), at: fc.nat(50), failed: fc.boolean() }), {
    maxLength: 14,
  })
  .chain((spans) =>
    fc
      .array(fc.record({ span: fc.nat(14), at: fc.nat(50), bad: fc.boolean() }), { maxLength: 14 })
      .map((lines) => {
        const chain = sampleChain()
        for (const [index, { parent, at, failed }] of spans.entries())
          chain.span(`n${index % 4}`, {
            ...{ id: `s${index}`, ms: [at, at + 5], failed },
            ...(parent >= 0 && { parent: `s${parent}` }),
          })
        for (const { span, at, bad } of lines)
          chain.log('line', { span: `s${span}`, ms: at, level: bad ? 'error' : 'info' })
        return chain.data()
      }),
  )

test('a cut is never larger than its room, loses no parent by itself, and counts what is gone', () => {
  fc.assert(
    fc.property(anyChain, fc.nat(30), (data, room) => {
      const kept = cut(data, room)
      const [before, after] = [buildChain(data), buildChain(kept)]
      const records = kept.spans.ref.length + kept.logs.ref.length
      expect(records).toBeLessThanOrEqual(room)
      expect(kept.moreRecords).toBe(data.spans.ref.length + data.logs.ref.length - records)
      expect(after.lost.length).toBeLessThanOrEqual(before.lost.length)
      expect(Math.max(-1, ...kept.spans.name)).toBeLessThan(kept.texts.length)
    }),
  )
})

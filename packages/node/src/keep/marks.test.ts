import { hash } from 'node:crypto'
import type { MarkSource } from '@clew/pipeline'
import { expect, test } from 'vitest'
import { createMarks } from './marks.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const other = 'ffffffffffffffffffffffffffffffff'
const signed = hash('sha256', `secret${trace}`).slice(0, 32)

/** Marks of a process that has marked `marked`, and what it was told. */
function create(key?: string, marked: string[] = []) {
  const told: [string, MarkSource][] = []
  const policy = {
    isMarked: (traceId: string) => marked.includes(traceId),
    mark: (traceId: string, source: MarkSource) => told.push([traceId, source]) > 0,
  }
  return { marks: createMarks(() => policy, key), told }
}

test.each<[string, string | undefined, string, 'call' | 'job', MarkSource | undefined]>([
  ['without a signature', undefined, '1', 'call', 'outside'],
  ['without a signature, of a job', undefined, '1', 'job', 'trusted'],
  ['without a signature where there is a key', 'secret', '1', 'call', 'outside'],
  ['with the signature', 'secret', signed, 'call', 'trusted'],
  ['with a signature by another key', 'another', signed, 'call', 'outside'],
  ['with a signature where there is no key', undefined, signed, 'call', 'outside'],
  ['with the signature of another trace', 'secret', 'f'.repeat(32), 'call', 'outside'],
  ['with a signature in capitals', 'secret', signed.toUpperCase(), 'call', undefined],
  ['cut short', 'secret', signed.slice(1), 'call', undefined],
  ['with something behind', 'secret', `${signed}0`, 'call', undefined],
  ['empty', undefined, '', 'call', undefined],
  ['of a word', undefined, 'true', 'call', undefined],
  ['of a line too many', undefined, '1\n', 'job', undefined],
  ['of a job with garbage', undefined, '{}', 'job', undefined],
])('a mark %s', (_, key, mark, from, source) => {
  const { marks, told } = create(key)
  marks.takeMark(trace, mark, from)
  expect(told).toEqual(source ? [[trace, source]] : [])
})

test('a trace that is kept already is not told of again', () => {
  const { marks, told } = create(undefined, [trace])
  marks.takeMark(trace, '1', 'call')
  expect(told).toEqual([])
})

test('only what is kept has a mark, which another process with the same key takes', () => {
  const sender = create('secret', [trace])
  const receiver = create('secret')
  expect([sender.marks.markOf(other), sender.marks.markOf(trace)]).toEqual([undefined, signed])
  receiver.marks.takeMark(trace, sender.marks.markOf(trace)!, 'call')
  expect(receiver.told).toEqual([[trace, 'trusted']])
})

test('before there is a policy nothing is kept, and no mark does anything', () => {
  const marks = createMarks(() => undefined, 'secret')
  marks.takeMark(trace, signed, 'call')
  expect([marks.keep(trace), marks.markOf(trace)]).toEqual([false, undefined])
})

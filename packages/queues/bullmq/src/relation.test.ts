import { expect, test } from 'vitest'
import { joinsTraceOfMaker, relationOf } from './relation.ts'

const plain = { jobs: 1, delayMs: 0, schedulerId: undefined }

test.each([
  ['auto', 'a plain job', plain, true],
  ['auto', 'one of 100 jobs', { ...plain, jobs: 100 }, true],
  ['auto', 'one of 101 jobs', { ...plain, jobs: 101 }, false],
  ['auto', 'a delay of an hour', { ...plain, delayMs: 3_600_000 }, true],
  ['auto', 'a longer delay', { ...plain, delayMs: 3_600_001 }, false],
  ['auto', 'a run of a scheduler', { ...plain, schedulerId: 's' }, false],
  ['parent', 'one of 1000 jobs', { ...plain, jobs: 1000, delayMs: 1e9 }, true],
  ['parent', 'a run of a scheduler', { ...plain, schedulerId: 's' }, false],
  ['link', 'a plain job', plain, false],
] as const)('relation %s: %s joins the trace of its maker: %#', (relation, _, facts, joins) => {
  expect(joinsTraceOfMaker(relation, facts)).toBe(joins)
})

test('the relation of a queue wins over that of all queues', () => {
  const options = { relation: 'parent', relations: { mails: 'link' } } as const
  expect([relationOf('mails', options), relationOf('orders', options)]).toEqual(['link', 'parent'])
})

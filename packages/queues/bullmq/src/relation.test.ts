import { expect, test } from 'vitest'
import { relationOf } from './job-contexts.ts'

const job = { queueName: 'orders', opts: {} }
const delayed = (delay: number) => ({ ...job, opts: { delay } })
const run = { ...job, repeatJobKey: 'nightly' }

test.each([
  ['auto', 'a plain job', job, 1, 'parent', 'plain'],
  ['auto', 'one of 100 jobs', job, 100, 'parent', 'plain'],
  ['auto', 'one of 101 jobs', job, 101, 'link', 'bulk'],
  ['auto', 'a delay of an hour', delayed(3_600_000), 1, 'parent', 'plain'],
  ['auto', 'a longer delay', delayed(3_600_001), 1, 'link', 'delay'],
  ['auto', 'a run of a scheduler', run, 1, 'link', 'scheduler'],
  ['parent', 'one of 1000 delayed jobs', delayed(1e9), 1000, 'parent', 'configured'],
  ['parent', 'a run of a scheduler', run, 1, 'link', 'scheduler'],
  ['link', 'a plain job', job, 1, 'link', 'configured'],
] as const)('relation %s: %s, %#', (configured, _, given, jobs, relation, reason) => {
  expect(relationOf(given, { jobs, isOwnTrace: false }, { relation: configured, relations: {} })).toEqual({
    relation,
    reason,
  })
})

test('a job whose trace is its own is below its adding, however many came with it and whatever its delay', () => {
  const own = { jobs: 101, isOwnTrace: true }
  const relations = (['auto', 'link'] as const).map((relation) =>
    relationOf(delayed(3_600_001), own, { relation, relations: {} }),
  )
  expect(relations.map(({ reason }) => reason)).toEqual(['plain', 'configured'])
})

test('the relation of a queue wins over that of all queues', () => {
  const options = { relation: 'parent', relations: { mails: 'link' } } as const
  const relations = ['mails', 'orders'].map((queueName) =>
    relationOf({ ...job, queueName }, undefined, options),
  )
  expect(relations.map(({ relation }) => relation)).toEqual(['link', 'parent'])
})

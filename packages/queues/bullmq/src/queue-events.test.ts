import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jobIdsOf } from './queue-events.ts'

test('the job ids of a batch are found once each', () => {
  const batch = [
    [
      'bull:q:events',
      [
        ['1-0', ['event', 'added', 'jobId', '7', 'name', 'jobId']],
        ['1-1', ['event', 'drained']],
        ['1-2', ['event', 'completed', 'returnvalue', '"x"', 'jobId', '7']],
        ['1-3', ['event', 'waiting', 'jobId', '8']],
      ],
    ],
  ]
  expect([...jobIdsOf(batch)]).toEqual(['7', '8'])
})

test('anything else has none', () => {
  fc.assert(fc.property(fc.anything(), (value) => jobIdsOf(value).size >= 0))
  expect([...jobIdsOf(undefined), ...jobIdsOf([[]]), ...jobIdsOf([['s', [null, ['1', 'jobId']]]])]).toEqual(
    [],
  )
})

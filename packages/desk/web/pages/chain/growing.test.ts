import { expect, test } from 'vitest'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { growthSearch, hasSameRecords, mayGrow } from './growing.ts'

const startMs = 1_764_115_200_000
const ended = () => sampleChain().span('GET', { id: 'a', ms: [0, 5000] })

test('records of a chain are waited for until ten minutes after its last one', () => {
  const data = ended().log('late', { ms: 60_000 }).data()
  expect([600_000, 659_999, 660_000].map((age) => mayGrow(data, startMs + age))).toEqual([true, true, false])
})

test('answers differ when a record was added or a span has ended', () => {
  const running = sampleChain().span('GET', { id: 'a', ms: [0] })
  expect([
    hasSameRecords(ended().data(), ended().data()),
    hasSameRecords(ended().data(), ended().log('x', { ms: 1 }).data()),
    hasSameRecords(running.data(), ended().data()),
  ]).toEqual([true, false, false])
})

test('a change of any of its traces may change a chain', () => {
  const data = {
    ...ended().data(),
    traces: [
      { traceId: 'a', depth: 0 },
      { traceId: 'b', depth: 1 },
    ],
  }
  expect([growthSearch('a', undefined), growthSearch('a', data)]).toEqual(['trace:a', 'trace:a OR trace:b'])
})

import { expect, test } from 'vitest'
import { buildChain } from './build-chain.ts'
import { describeRow } from './describe-row.ts'
import { type SampleChain, sampleChain } from './sample-chain.ts'

test('the path goes back from the end, each time to the child that ended last before', () => {
  const sample = sampleChain()
    .span('GET', { ms: [0, 100] })
    .span('auth', { ms: [5, 20], parent: 'GET' })
    .span('slow', { ms: [30, 90], parent: 'GET' })
    .span('query', { ms: [40, 60], parent: 'slow' })
    .span('beside', { ms: [30, 80], parent: 'GET' })
  expect(pathOf(sample)).toEqual([
    ['GET', 0, 5],
    ['auth', 5, 20],
    ['GET', 20, 30],
    ['slow', 30, 40],
    ['query', 40, 60],
    ['slow', 60, 90],
    ['GET', 90, 100],
  ])
})

test('it goes through members of a group, and a child that outlives its parent counts to the end of it', () => {
  const sample = sampleChain().span('GET', { ms: [0, 50] })
  for (let index = 0; index < 5; index++)
    sample.span(`q${index}`, { ms: [index * 10, index * 10 + 10], parent: 'GET', group: 'q' })
  sample.span('late', { ms: [45, 70], parent: 'q4' })
  expect(pathOf(sample)).toEqual([
    ['q0', 0, 10],
    ['q1', 10, 20],
    ['q2', 20, 30],
    ['q3', 30, 40],
    ['q4', 40, 45],
    ['late', 45, 50],
  ])
})

test('it crosses a queue, and goes on to the end of a job that the caller did not wait for', () => {
  const awaited = sampleChain()
    .span('POST', { ms: [0, 50] })
    .span('job', { ms: [20, 40], parent: 'POST', kind: 'consumer' })
  const left = sampleChain()
    .span('POST', { ms: [0, 30] })
    .span('job', { ms: [20, 40], parent: 'POST', kind: 'consumer' })
  expect([pathOf(awaited), pathOf(left)]).toEqual([
    [
      ['POST', 0, 20],
      ['job', 20, 40],
      ['POST', 40, 50],
    ],
    [
      ['POST', 0, 20],
      ['job', 20, 40],
    ],
  ])
})

test('it goes on through the wait in the queue, attempts and retries to the last thing of the chain', () => {
  const job = { parent: 'add', kind: 'consumer', queue: 'payments', jobId: '3' } as const
  const sample = sampleChain()
    .span('POST', { ms: [0, 162], kind: 'server' })
    .span('INSERT', { ms: [10, 60], parent: 'POST' })
    .span('add', { ms: [100, 120], parent: 'POST', kind: 'producer' })
    .span('first', { ms: [1500, 1600], attempt: 1, waitMs: 1390, ...job })
    .span('charge', { ms: [1510, 1590], parent: 'first' })
    .span('second', { ms: [5000, 5700], attempt: 2, ...job })
  expect(pathOf(sample)).toEqual([
    ['POST', 0, 10],
    ['INSERT', 10, 60],
    ['POST', 60, 100],
    ['add', 100, 110],
    ['queued', 110, 1500],
    ['first', 1500, 1510],
    ['charge', 1510, 1590],
    ['first', 1590, 1600],
    ['waited to try again', 1600, 5000],
    ['second', 5000, 5700],
  ])
})

test('where nothing fills the time before a later job, the path ends with the first span', () => {
  const sample = sampleChain()
    .span('POST', { ms: [0, 30] })
    .span('job', { ms: [50, 70], parent: 'POST', kind: 'consumer' })
  expect(pathOf(sample)).toEqual([['POST', 0, 30]])
})

function pathOf(sample: SampleChain): [string, number, number][] {
  const chain = buildChain(sample.data())
  const { node, start, end } = chain.critical
  return Array.from(node, (one, piece) => [
    describeRow(chain, one).label,
    start[piece]! / 1e6,
    end[piece]! / 1e6,
  ])
}

import { expect, test } from 'vitest'
import { buildChain } from './build-chain.ts'
import { sampleChain } from './sample-chain.ts'
import { foldedTime } from './time-axis.ts'

const chain = buildChain(
  sampleChain()
    .span('POST', { ms: [0, 10], kind: 'server' })
    .span('job', { ms: [1010, 2000], parent: 'POST', kind: 'consumer', waitMs: 1000 })
    .span('query', { ms: [1010, 1100], parent: 'job' })
    .data(),
)

test('a wait, and a span that waits for nothing that is here, shrink to marks on the axis', () => {
  const { pieces, toX, toNs } = foldedTime(chain, true)
  const rounded = pieces.map(({ fromNs, toNs: to, fromX, toX: x, folded }) => [
    fromNs / 1e6,
    to / 1e6,
    Number(fromX.toFixed(3)),
    Number(x.toFixed(3)),
    folded,
  ])
  expect(rounded).toEqual([
    [0, 10, 0, 0.094, false],
    [10, 1010, 0.094, 0.124, true],
    [1010, 1100, 0.124, 0.97, false],
    [1100, 2000, 0.97, 1, true],
  ])
  expect([5, 500, 1050, 1999].map((ms) => Math.round(toNs(toX(ms * 1e6)) / 1e6))).toEqual([
    5, 500, 1050, 1999,
  ])
})

test('without folding the axis is straight', () => {
  const { pieces, toX } = foldedTime(chain, false)
  expect([pieces.length, toX(0), toX(1000e6), toX(2000e6)]).toEqual([1, 0, 0.5, 1])
})

test('a line is something that happened: the axis folds up to it, not over it', () => {
  const withLine = sampleChain().log('a', { ms: 0 }).log('b', { ms: 700 }).log('c', { ms: 900 })
  const busy = withLine.span('work', { ms: [900, 1000] }).data()
  expect(foldedTime(buildChain(busy), true).pieces.map(({ folded, toNs }) => [toNs / 1e6, folded])).toEqual([
    [700, true],
    [1000, false],
  ])
})

test('a chain in which nothing lasts is not folded, one without length lies at 0', () => {
  const lines = buildChain(sampleChain().log('a', { ms: 0 }).log('b', { ms: 5 }).data())
  const line = foldedTime(buildChain(sampleChain().log('a', { ms: 3 }).data()), true)
  expect([foldedTime(lines, true).toX(2.5e6), line.toX(3e6), line.toNs(0.5)]).toEqual([0.5, 0, 3e6])
})

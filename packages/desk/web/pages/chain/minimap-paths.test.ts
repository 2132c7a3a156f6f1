import { expect, test } from 'vitest'
import { buildChain, foldedTime } from '../../../chain/index.ts'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { minimapPaths } from './minimap-paths.ts'

test('spans, waits and failures lie in lanes by their depth; the critical path is one line', () => {
  const chain = buildChain(
    sampleChain()
      .span('GET', { id: 'get', ms: [0, 1000] })
      .span('query', { id: 'q', ms: [100, 200], parent: 'get', failed: true })
      .span('job', { id: 'job', ms: [700, 800], parent: 'get', kind: 'consumer', waitMs: 200 })
      .data(),
  )
  expect(minimapPaths(chain, foldedTime(chain, false))).toEqual({
    spans: 'M0 2H1000M700 6H800',
    waits: 'M500 6H700',
    failed: 'M100 6H200',
    critical: 'M0 2H1000',
  })
})

test('a span too short to be seen has a mark all the same', () => {
  const chain = buildChain(
    sampleChain()
      .span('GET', { ms: [0, 1e6] })
      .span('x', { ms: [5e5, 5e5] })
      .data(),
  )
  expect(minimapPaths(chain, foldedTime(chain, false)).spans).toBe('M0 2H1000')
})

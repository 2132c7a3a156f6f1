import { expect, test } from 'vitest'
import { buildChain, fullView, visibleRows } from '../../../chain/index.ts'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { treeShareFor } from './tree-share.ts'

function named(name: string) {
  const data = sampleChain().span(name, { ms: [0, 5] })
  const chain = buildChain(data.data())
  return { chain, view: fullView, rows: visibleRows(chain, fullView) }
}

test('the tree has what its texts need, and never more than two fifths', () => {
  const name = 'GET /a/path/of/some/length'
  expect([
    treeShareFor(named(name), 3840),
    treeShareFor(named(name), 1440),
    treeShareFor(named(name.repeat(20)), 3840),
  ]).toEqual([20, 30, 40])
})

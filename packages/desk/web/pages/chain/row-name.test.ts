import { expect, test } from 'vitest'
import { buildChain } from '../../../chain/index.ts'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { findRow, findRows, rowName } from './row-name.ts'

const queries = ['q1', 'q2', 'q3', 'q4', 'q5']
const chain = buildChain(
  queries
    .reduce(
      (sample, id, at) =>
        sample.span('SELECT', { id, ms: [at + 2, at + 3], parent: 'get', kind: 'client', group: 's' }),
      sampleChain().span('GET', { id: 'get', ms: [0, 40] }),
    )
    .span('job', {
      id: 'job',
      ms: [30, 35],
      parent: 'get',
      kind: 'consumer',
      waitMs: 10,
      links: ['other c0ffee'],
    })
    .span('lost child', { id: 'child', ms: [36, 37], parent: 'gone' })
    .log('hello', { ms: 1, span: 'get' })
    .event('first', { ms: 3, span: 'get' })
    .event('second', { ms: 4, span: 'get' })
    .data(),
)

test('every row of a chain has a name of its own that leads back to it', () => {
  const nodes = Array.from({ length: chain.count }, (_, node) => node)
  const names = nodes.map((node) => rowName(chain, node))
  expect([names.map((name) => findRow(chain, name)), new Set(names).size, findRows(chain, names)]).toEqual([
    nodes,
    chain.count,
    nodes,
  ])
})

test('names that are not of the chain lead nowhere', () => {
  const names = [
    '',
    'ffff',
    'log-x',
    'group-q2',
    'wait-get',
    'event-get-7',
    'event-get-x',
    'lost-x',
    'note-get',
    '-',
  ]
  expect([names.map((name) => findRow(chain, name)), findRows(chain, names)]).toEqual([
    names.map(() => -1),
    [],
  ])
})

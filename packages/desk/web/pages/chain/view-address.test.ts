import { expect, test } from 'vitest'
import { buildChain, fullView } from '../../../chain/index.ts'
import { sampleChain } from '../../../chain/sample-chain.ts'
import { changeSearch } from '../../url.ts'
import { isOn, parseZoom, printZoom, readView, toggleParam, viewParams } from './view-address.ts'

const chain = buildChain(
  ['q1', 'q2', 'q3', 'q4', 'q5']
    .reduce(
      (sample, id, at) =>
        sample.span('SELECT', { id, ms: [at + 2, at + 3], parent: 'get', kind: 'client', group: 's' }),
      sampleChain().span('GET', { id: 'get', ms: [0, 40] }),
    )
    .log('hello', { ms: 3, span: 'q2' })
    .data(),
)
const [get, group, q2] = [0, 1, 3]

function addressOf(search: string) {
  const params = new URLSearchParams(search)
  const text = (name: string) => params.get(name) ?? ''
  return {
    lines: text('lines'),
    events: text('events'),
    group: text('group'),
    min: text('min'),
    closed: text('closed'),
    open: text('open'),
  }
}

test('an address without parameters shows everything, and a view like that needs none', () => {
  expect([readView(chain, addressOf('')), changeSearch('', viewParams(chain, fullView))]).toEqual([
    fullView,
    '',
  ])
})

test('a view that went into an address comes out of it the same', () => {
  const view = {
    showLogs: false,
    showEvents: false,
    grouped: false,
    minSeverity: 13,
    closed: new Set([get, q2]),
    openGroups: new Set([group]),
  }
  const search = changeSearch('', viewParams(chain, view))
  expect([search, readView(chain, addressOf(search))]).toEqual([
    '?lines=0&events=0&group=0&min=13&closed=get.q2&open=group-q1',
    view,
  ])
})

test('what the address does not know to name, and what is no severity, is left out', () => {
  expect(readView(chain, addressOf('?closed=nobody.get..&min=99&open=*'))).toEqual({
    ...fullView,
    closed: new Set([get]),
    openGroups: new Set([group]),
  })
})

test('only what differs from the beginning stands in the address', () => {
  expect([
    toggleParam('fold', true),
    toggleParam('fold', false),
    toggleParam('lines', false),
    isOn('fold', ''),
    isOn('lines', ''),
    isOn('lines', 'x'),
  ]).toEqual([{ fold: '1' }, { fold: undefined }, { lines: '0' }, false, true, false])
})

test('a part of the time is read as far as the chain reaches', () => {
  const parts = [
    '1000..2000',
    '-5..2000',
    '1000..99999999999',
    '-5..99999999999',
    '2000..1000',
    '7',
    'a..b',
    '',
  ]
  expect(parts.map((part) => parseZoom(part, chain))).toEqual([
    { fromNs: 1000, toNs: 2000 },
    { fromNs: 0, toNs: 2000 },
    { fromNs: 1000, toNs: 40e6 },
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('a part of the time is written in whole nanoseconds, at least one long', () => {
  expect([printZoom({ fromNs: -10.5, toNs: 20.2 }), printZoom({ fromNs: 5.1, toNs: 5.2 })]).toEqual([
    '-11..21',
    '5..6',
  ])
})

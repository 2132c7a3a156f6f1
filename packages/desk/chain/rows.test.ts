import { emptyRow } from '@clew/otlp/text'
import { expect, test } from 'vitest'
import { buildChain } from './build-chain.ts'
import { describeRow } from './describe-row.ts'
import { englishLabels } from './labels.ts'
import { type Chain, type ChainView, fullView } from './model.ts'
import {
  isOpen,
  levelOf,
  nearestRow,
  nextError,
  nextOf,
  parentOf,
  reveal,
  rowOf,
  ticksOf,
  visibleRows,
} from './rows.ts'
import { sampleChain } from './sample-chain.ts'
import { searchChain } from './search.ts'

const chain = buildChain(
  ['q1', 'q2', 'q3', 'q4', 'q5']
    .reduce(
      (sample, id, index) =>
        sample.span('SELECT', {
          id,
          ms: [index + 10, index + 11],
          parent: 'get',
          kind: 'client',
          group: 's',
        }),
      sampleChain().span('GET /', { id: 'get', ms: [0, 40], service: 'shop' }),
    )
    .log('hello', { ms: 1, span: 'get', level: 'debug', fields: 'user=Ada' })
    .log('in a query', { ms: 12.5, span: 'q3' })
    .log('late', { ms: 30, span: 'get', level: 'error' })
    .event('exception', { ms: 31, span: 'get', text: 'no money' })
    .data(),
)
const [get, hello, group, q3, line, late, exception] = [0, 1, 2, 5, 6, 9, 10]

test('a view hides what is closed, filtered out, or in a closed group', () => {
  const views: Partial<ChainView>[] = [
    {},
    { openGroups: new Set([group]) },
    { grouped: false, showEvents: false },
    { openGroups: new Set([group]), closed: new Set([q3]), minSeverity: 9 },
    { showLogs: false },
    { closed: new Set([get]) },
  ]
  expect(views.map((view) => [...visibleRows(chain, { ...fullView, ...view })])).toEqual([
    [0, 1, 2, 9, 10],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    [0, 1, 3, 4, 5, 6, 7, 8, 9],
    [0, 2, 3, 4, 5, 7, 8, 9, 10],
    [0, 2, 10],
    [0],
  ])
})

test('a row is found by its node, a hidden node by the nearest row above it', () => {
  const rows = visibleRows(chain, fullView)
  expect([rowOf(rows, late), rowOf(rows, line), nearestRow(chain, rows, line)]).toEqual([3, -1, 2])
})

test('without groups their members stand below the parent of the group', () => {
  const flat = { ...fullView, grouped: false }
  const where = (view: ChainView) => [parentOf(chain, view, q3), levelOf(chain, view, q3)]
  expect([where(fullView), where(flat)]).toEqual([
    [group, 2],
    [get, 1],
  ])
})

test('to reveal a node opens all above it', () => {
  const view = reveal(chain, { ...fullView, closed: new Set([get, q3, late]) }, line)
  expect([view.closed, view.openGroups, isOpen(chain, view, q3)]).toEqual([
    new Set([late]),
    new Set([group]),
    true,
  ])
})

test('lines that a view hides are ticks of the bar that still stands for them', () => {
  const ticks = (view: Partial<ChainView>, node: number) => ticksOf(chain, { ...fullView, ...view }, node)
  expect([
    ticks({}, get),
    ticks({ minSeverity: 9 }, get),
    ticks({ closed: new Set([get]) }, get),
    ticks({}, group),
    ticks({ openGroups: new Set([group]) }, group),
  ]).toEqual([
    { at: [], severity: [] },
    { at: [1e6], severity: [5] },
    { at: [1e6, 12.5e6, 30e6], severity: [5, 9, 17] },
    { at: [12.5e6], severity: [9] },
    { at: [], severity: [] },
  ])
})

test('a search finds all its words in names, texts, fields and services, in any case', () => {
  const found = ['HELLO ada', 'shop', 'money', 'select 3', 'q3', 'hello grace', ' '].map((words) => [
    ...searchChain(chain, words),
  ])
  expect(found).toEqual([[hello], [get], [exception], [], [q3], [], []])
})

test('the next error goes round the end in both directions', () => {
  const failed = buildChain(
    sampleChain()
      .span('a', { ms: [0, 9], failed: true })
      .span('b', { ms: [1, 2], parent: 'a' })
      .log('c', { ms: 3, span: 'a', level: 'fatal' })
      .data(),
  )
  const next = [-1, 0, 1, 2].map((node) => nextError(failed, node, 1))
  const before = [-1, 0, 1, 2].map((node) => nextError(failed, node, -1))
  expect({ next, before, none: nextOf(new Int32Array(), 0, 1) }).toEqual({
    next: [0, 2, 2, 0],
    before: [2, 2, 0, 0],
    none: -1,
  })
})

test('the parts of a row can be said in other words', () => {
  const waited: Chain = buildChain(
    sampleChain()
      .span('send', { ms: [0, 1], kind: 'producer' })
      .span('work', { ms: [5], parent: 'send', kind: 'consumer', jobId: '7', attempt: 1, message: 'no' })
      .data(),
  )
  const german = {
    ...englishLabels,
    queued: 'in der Schlange',
    running: 'läuft',
  }
  expect([describeRow(waited, 1, german), describeRow(waited, 2, german)]).toEqual([
    { ...emptyRow, kind: 'wait', label: 'in der Schlange', duration: '4 ms' },
    {
      ...emptyRow,
      kind: 'span',
      label: 'work',
      detail: '(job 7, attempt 1)',
      duration: 'läuft',
      service: 'api',
      message: 'no',
    },
  ])
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Alert, Decision, DecisionReason } from '../src/alert.ts'
import type { KeptWarning } from '../src/early/kept-warning.ts'
import type { CellState } from '../src/engine/cell.ts'
import { type AlertStore, type Commit, storeLimits } from '../src/store/store.ts'
import { sampleAlert } from './sample.ts'
import { type OpenStore, stores } from './stores.ts'

const stateOf = (newestMs: number): CellState => ({
  group: { service: 'pay "日本" \u{1f4b3}' },
  ...{ sinceMs: 1_764_400_000_000, newestMs, lookedMs: 0, heldMs: 0, endedMs: 0 },
  lines: [],
  seen: [1_764_400_000_123, 1, []],
})
const alertOf = (id: string): Alert => sampleAlert({ id })
const decisionOf = (value: number): Decision => ({
  ...{ rule: 'r', group: {}, reason: 'below', unixMs: 1_764_400_000_000, value, limit: 3, alertId: '' },
})
const commitOf = (more: Partial<Commit>): Commit => ({
  ...{ span: undefined, clocks: new Map(), cells: [], alerts: [], decisions: [], counts: new Map() },
  ...more,
})
const warningOf = (id: string, unixMs: number): KeptWarning => ({
  ...{ id, unixMs, rule: 'early', state: 'told', sinceUnixMs: 1, services: ['pay "日本"'], changes: [] },
  ...{ found: 1, sure: 0.9, lines: [], text: 'pay: something builds up' },
})
const cellOf = (cell: string, version: number, dueMs = 0, state: CellState | undefined = stateOf(1)) => ({
  ...{ cell, version, dueMs, state },
})

describe.each(Object.entries(stores))('a store in %s', (_, open) => {
  let opened: OpenStore
  let store: AlertStore
  beforeEach(async () => {
    opened = await open()
    store = opened.store
  })
  afterEach(() => opened.end())
  const versionOf = async (cell: string) => (await store.load([cell])).get(cell)?.version ?? 0

  const watchOf = (before: string, version: string, next: number | undefined = 7) => ({
    ...{ partition: 'p "日本"', before, version, next, state: 'H4sI+/=' },
  })

  test('keeps what is watched of a partition for whoever knows its version', async () => {
    expect(await store.watchOf('p "日本"')).toBeUndefined()
    const result = async (more: Partial<Commit>) => (await store.commit(commitOf(more))).result
    expect(await result({ watch: watchOf('1', '2') })).toBe('elsewhere')
    expect(await result({ watch: watchOf('', '1') })).toBe('stored')
    expect(await result({ watch: watchOf('', '1'), cells: [cellOf('r []', 0)] })).toBe('elsewhere')
    expect(await store.load(['r []'])).toEqual(new Map())
    expect(await store.watchOf('p "日本"')).toEqual({ version: '1', next: 7, state: 'H4sI+/=' })
    expect(await result({ watch: { ...watchOf('1', '2'), next: undefined, state: 'x' } })).toBe('stored')
    expect(await store.watchOf('p "日本"')).toEqual({ version: '2', next: undefined, state: 'x' })
    expect(await store.watchOf('q')).toBeUndefined()
  })

  test('keeps the newest warnings, what they led to first, and what was said of them last', async () => {
    expect(await store.warnings(10)).toEqual([])
    await store.commit(commitOf({ warnings: [warningOf('a', 2), warningOf('b', 3), warningOf('c', 1)] }))
    const failures = [
      { id: 'a', unixMs: 9, service: 'pay "日本"', text: 'bank' },
      { id: 'a', unixMs: 10, service: 'shop', text: 'later' },
      { id: 'none', unixMs: 9, service: 'pay', text: 'bank' },
    ]
    const opinions = [{ id: 'b', opinion: 'noise' } as const, { id: 'none', opinion: 'noise' } as const]
    await store.commit(commitOf({ failures, opinions }))
    await store.commit(commitOf({ opinions: [{ id: 'b', opinion: 'useful' }] }))
    // One that is told again, as it is surer, keeps what is known of it.
    await store.commit(commitOf({ warnings: [{ ...warningOf('b', 4), sure: 0.9 }, warningOf('a', 2)] }))
    const { id: _, ...failure } = failures[0]!
    expect(await store.warnings(10)).toEqual([
      { ...warningOf('b', 4), sure: 0.9, opinion: 'useful' },
      { ...warningOf('a', 2), failure },
      warningOf('c', 1),
    ])
    expect(await store.warnings(1)).toHaveLength(1)
    const many = Array.from({ length: storeLimits.listed }, (_one, at) => warningOf(`w${at}`, 100 + at))
    await store.commit(commitOf({ warnings: many, failures: [failures[2]!] }))
    const kept = await store.warnings(2000)
    expect([kept.length, kept.at(-1)!.id]).toEqual([storeLimits.listed, 'w0'])
  })

  test('is empty at first', async () => {
    expect(await store.positionOf('p')).toBeUndefined()
    expect(await store.load(['r []'])).toEqual(new Map())
    expect(await store.load([])).toEqual(new Map())
    expect(await store.due(Date.now(), 10)).toEqual([])
    expect(await store.low()).toBe(0)
    expect(await store.take(10, 1000)).toEqual([])
    expect(await store.history(10)).toEqual([])
    expect(await store.explain(10)).toEqual({ decisions: [], counts: new Map() })
    expect(await store.size()).toEqual({ cells: 0, waiting: 0, dropped: 0 })
  })

  test('gives back states, times, decisions and alerts as they were stored', async () => {
    const counts = new Map([['r', new Map<DecisionReason, number>([['too many groups', 2]])]])
    const clocks = new Map([
      ['p', 1_764_400_000_001],
      ['q', 1_764_399_999_999],
    ])
    const span = { partition: 'p', before: undefined, after: 9_007_199_254_740_991 }
    const commit = commitOf({ span, clocks, counts, alerts: [alertOf('a')], decisions: [decisionOf(1)] })
    const cells = [cellOf('r ["日本"]', 0, 1_764_400_000_500), cellOf('s []', 0, Number.POSITIVE_INFINITY)]
    expect(await store.commit({ ...commit, cells })).toEqual({ result: 'stored', lowMs: 1_764_399_999_999 })
    expect(await store.commit(commitOf({ counts }))).toEqual({ result: 'stored', lowMs: 1_764_399_999_999 })
    expect(await store.positionOf('p')).toBe(9_007_199_254_740_991)
    const loaded = await store.load(['s []', 'r ["日本"]', 'none'])
    expect([...loaded.keys()].toSorted()).toEqual(['r ["日本"]', 's []'])
    expect(loaded.get('s []')!.state).toEqual(stateOf(1))
    expect(await store.explain(10)).toEqual({
      decisions: [decisionOf(1)],
      counts: new Map([['r', new Map([['too many groups', 4]])]]),
    })
    expect(await store.history(10)).toEqual([alertOf('a')])
    expect(await store.size()).toEqual({ cells: 2, waiting: 1, dropped: 0 })
  })

  test('refuses all of a commit when a cell was changed meanwhile', async () => {
    await store.commit(commitOf({ cells: [cellOf('a', 0), cellOf('b', 0)] }))
    const [a, b] = [await versionOf('a'), await versionOf('b')]
    await store.commit(commitOf({ cells: [cellOf('b', b, 0, stateOf(2))] }))
    const span = { partition: 'p', before: undefined, after: 5 }
    const late = commitOf({ span, cells: [cellOf('a', a), cellOf('b', b)], alerts: [alertOf('x')] })
    expect((await store.commit(late)).result).toBe('changed')
    expect((await store.commit(commitOf({ cells: [cellOf('a', 0)] }))).result).toBe('changed')
    expect(await versionOf('a')).toBe(a)
    expect((await store.load(['b'])).get('b')!.state).toEqual(stateOf(2))
    expect(await store.positionOf('p')).toBeUndefined()
    expect(await store.take(10, 1000)).toEqual([])
  })

  test('refuses a batch of a partition that stands elsewhere', async () => {
    const span = (before: number | undefined, after: number) => ({ partition: 'p', before, after })
    expect((await store.commit(commitOf({ span: span(undefined, 5) }))).result).toBe('stored')
    expect((await store.commit(commitOf({ span: span(undefined, 5) }))).result).toBe('elsewhere')
    expect((await store.commit(commitOf({ span: span(4, 6) }))).result).toBe('elsewhere')
    expect((await store.commit(commitOf({ span: span(5, 6) }))).result).toBe('stored')
    expect(await store.positionOf('p')).toBe(6)
  })

  test('a cell that is forgotten is as if it had never been', async () => {
    await store.commit(commitOf({ cells: [cellOf('a', 0, 5)] }))
    const forget = cellOf('a', await versionOf('a'), 0, undefined)
    expect((await store.commit(commitOf({ cells: [{ ...forget, state: undefined }] }))).result).toBe('stored')
    expect(await store.load(['a'])).toEqual(new Map())
    expect(await store.due(10, 10)).toEqual([])
    expect((await store.commit(commitOf({ cells: [cellOf('a', 0, 5)] }))).result).toBe('stored')
  })

  test('a clock does not go back, and low is the least of them', async () => {
    const at = async (clocks: [string, number][]) =>
      (await store.commit(commitOf({ clocks: new Map(clocks) }))).lowMs
    expect(await at([['p', 1_764_400_000_000]])).toBe(1_764_400_000_000)
    expect(await at([['q', 0]])).toBe(0)
    expect(await at([['q', 1_764_400_000_007]])).toBe(1_764_400_000_000)
    expect(await at([['p', 5]])).toBe(1_764_400_000_000)
    expect(await store.low()).toBe(1_764_400_000_000)
  })

  test('tells which cells are due, the longest due first', async () => {
    const cells = [cellOf('c', 0, 30), cellOf('a', 0, 10), cellOf('b', 0, 20), cellOf('never', 0, Infinity)]
    await store.commit(commitOf({ cells }))
    expect(await store.due(20, 10)).toEqual(['a', 'b'])
    expect(await store.due(1e15, 2)).toEqual(['a', 'b'])
    expect(await store.due(1e15, 10)).toEqual(['a', 'b', 'c'])
  })

  test('takes ten thousand cells in one commit', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `r ["${i}"]`)
    await store.commit(commitOf({ cells: names.map((name) => cellOf(name, 0)) }))
    const loaded = await store.load(names)
    expect(loaded.size).toBe(10_000)
    const cells = names.map((name) => ({ ...cellOf(name, loaded.get(name)!.version), state: undefined }))
    expect((await store.commit(commitOf({ cells }))).result).toBe('stored')
    expect((await store.size()).cells).toBe(0)
  })

  test('an alert is given to one at a time, and again when he does not finish', async () => {
    await store.commit(commitOf({ alerts: ['a', 'b', 'c'].map(alertOf) }))
    const [first] = await store.take(1, 100_000)
    expect(first!.alert).toEqual(alertOf('a'))
    const rest = await store.take(10, 0)
    expect(rest.map(({ alert }) => alert.id)).toEqual(['b', 'c'])
    await expect.poll(async () => (await store.take(1, 100_000)).map(({ alert }) => alert.id)).toEqual(['b'])
    await store.hold([rest[1]!.token], 100_000)
    expect(await store.take(10, 1000)).toEqual([])
    await store.done([first!.token, rest[0]!.token])
    await store.done([first!.token])
    await store.hold([first!.token], 0)
    await store.hold([rest[1]!.token], 0)
    await expect.poll(async () => (await store.take(9, 100_000)).map(({ alert }) => alert.id)).toEqual(['c'])
    expect((await store.size()).waiting).toBe(1)
  })

  test('an alert that is held for days, as by a clock that was set back since, is free', async () => {
    await store.commit(commitOf({ alerts: ['a', 'b'].map(alertOf) }))
    const taken = await store.take(10, 60_000)
    await store.hold([taken[0]!.token], 3 * 86_400_000)
    expect((await store.take(10, 60_000)).map(({ alert }) => alert.id)).toEqual(['a'])
    expect(await store.take(10, 60_000)).toEqual([])
  })

  test('keeps the newest thousand decisions and alerts, the newest first', async () => {
    const numbers = Array.from({ length: storeLimits.listed + 50 }, (_, i) => i)
    const alerts = numbers.map((i) => alertOf(String(i)))
    const decisions = numbers.map(decisionOf)
    await store.commit(commitOf({ alerts: alerts.slice(0, 600), decisions: decisions.slice(0, 600) }))
    await store.commit(commitOf({ alerts: alerts.slice(600), decisions: decisions.slice(600) }))
    const kept = numbers.slice(50).toReversed()
    expect((await store.history(5000)).map(({ id }) => Number(id))).toEqual(kept)
    expect((await store.explain(5000)).decisions.map(({ value }) => value)).toEqual(kept)
    expect((await store.history(2)).map(({ id }) => Number(id))).toEqual(kept.slice(0, 2))
    expect(await store.history(0)).toEqual([])
  })

  test('of more than a hundred thousand alerts that wait the oldest is given up and counted', async () => {
    const small = { ...alertOf(''), lines: [], description: '' }
    for (let from = 0; from <= storeLimits.waiting; from += 20_000) {
      const alerts = Array.from({ length: 20_000 }, (_, i) => ({ ...small, id: String(from + i) }))
      await store.commit(commitOf({ alerts }))
    }
    expect(await store.size()).toEqual({ cells: 0, waiting: storeLimits.waiting, dropped: 20_000 })
    expect((await store.take(1, 1000))[0]!.alert.id).toBe('20000')
  })

  test('of two that want the same cell one after the other is right', async () => {
    const add = async (): Promise<void> => {
      for (let left = 25; left > 0; ) {
        const known = (await store.load(['n'])).get('n')
        const state = stateOf((known?.state.newestMs ?? 0) + 1)
        const { result } = await store.commit(
          commitOf({ cells: [{ cell: 'n', version: known?.version ?? 0, dueMs: 0, state }] }),
        )
        if (result === 'stored') left--
      }
    }
    await Promise.all([add(), add(), add(), add()])
    expect((await store.load(['n'])).get('n')!.state.newestMs).toBe(100)
  })
})

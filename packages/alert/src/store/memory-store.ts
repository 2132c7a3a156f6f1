import type { Alert, Decision, DecisionReason } from '../alert.ts'
import type { KeptWarning } from '../early/kept-warning.ts'
import type { CellState } from '../engine/cell.ts'
import {
  type AlertStore,
  type Commit,
  type CommitResult,
  type OutboxStore,
  type StoredWatch,
  storedWatch,
  storeLimits,
  type WindowStore,
} from './store.ts'

type Cell = { version: number; json: string; dueMs: number }
type Waiting = { alert: Alert; heldUntilMs: number }

/** A store for one process that may be lost with it: for replays and tests. `now`: unix milliseconds. */
export function createMemoryStore(now: () => number): AlertStore {
  const waiting = new Map<string, Waiting>()
  const decisions: Decision[] = []
  const counts = new Map<string, Map<DecisionReason, number>>()
  const history: Alert[] = []
  const warnings = new Map<string, KeptWarning>()
  let nextToken = 1
  let dropped = 0

  const told = (commit: Commit): void => {
    const { alerts, decisions: fresh, counts: more } = commit
    for (const alert of alerts) waiting.set(String(nextToken++), { alert, heldUntilMs: 0 })
    for (const token of waiting.keys()) {
      if (waiting.size <= storeLimits.waiting) break
      waiting.delete(token)
      dropped++
    }
    addWarnings(warnings, commit)
    addNewest(history, alerts, storeLimits.listed)
    addNewest(decisions, fresh, storeLimits.listed)
    addCounts(counts, more)
  }
  const cells = new Map<string, Cell>()
  return {
    ...windowsOf(cells, told),
    ...outboxOf(waiting, now),
    explain: async (most) => ({ decisions: newestOf(decisions, most), counts }),
    history: async (most) => newestOf(history, most),
    warnings: async (most) => newestWarnings(warnings, most),
    size: async () => ({ cells: cells.size, waiting: waiting.size, dropped }),
    close: async () => {},
  }
}

/** `stored` is called in the same step. */
function windowsOf(cells: Map<string, Cell>, stored: (commit: Commit) => void): WindowStore {
  const positions = new Map<string, number>()
  const clocks = new Map<string, number>()
  const watches = new Map<string, StoredWatch>()
  const low = (): number => (clocks.size === 0 ? 0 : Math.min(...clocks.values()))
  const refusal = ({ span, cells: changes, watch }: Commit): CommitResult['result'] | undefined => {
    if (span && positions.get(span.partition) !== span.before) return 'elsewhere'
    if (watch && (watches.get(watch.partition)?.version ?? '') !== watch.before) return 'elsewhere'
    const isChanged = changes.some(({ cell, version }) => (cells.get(cell)?.version ?? 0) !== version)
    return isChanged ? 'changed' : undefined
  }
  const store = ({ span, clocks: newest, setBacks = [], cells: changes, watch }: Commit): void => {
    if (watch) watches.set(watch.partition, storedWatch(watch))
    if (span) positions.set(span.partition, span.after)
    for (const partition of setBacks) clocks.delete(partition)
    for (const [partition, ms] of newest) clocks.set(partition, Math.max(clocks.get(partition) ?? 0, ms))
    for (const { cell, version, state, dueMs } of changes) {
      if (state) cells.set(cell, { version: version + 1, json: JSON.stringify(state), dueMs })
      else cells.delete(cell)
    }
  }
  return {
    isShared: false,
    inTurn: (does) => does(),
    positionOf: async (partition) => positions.get(partition),
    watchOf: async (partition) => watches.get(partition),
    load: async (names) =>
      new Map(
        names.flatMap((name) => {
          const cell = cells.get(name)
          return cell ? [[name, { version: cell.version, state: JSON.parse(cell.json) as CellState }]] : []
        }),
      ),
    commit: async (commit) => {
      const refused = refusal(commit)
      if (refused === undefined) {
        store(commit)
        stored(commit)
      }
      return { result: refused ?? 'stored', lowMs: low() }
    },
    due: async (lowMs, most) =>
      [...cells]
        .filter(([, { dueMs }]) => dueMs <= lowMs)
        .toSorted(([, a], [, b]) => a.dueMs - b.dueMs)
        .slice(0, most)
        .map(([name]) => name),
    low: async () => low(),
  }
}

function outboxOf(waiting: Map<string, Waiting>, now: () => number): OutboxStore {
  return {
    take: async (most, holdMs) => {
      const nowMs = now()
      const isFree = (untilMs: number): boolean => untilMs <= nowMs || untilMs > nowMs + storeLimits.heldMs
      const free = [...waiting].filter(([, { heldUntilMs }]) => isFree(heldUntilMs)).slice(0, most)
      for (const [, one] of free) one.heldUntilMs = nowMs + holdMs
      return free.map(([token, { alert }]) => ({ token, alert }))
    },
    hold: async (tokens, holdMs) => {
      for (const token of tokens) {
        const one = waiting.get(token)
        if (one) one.heldUntilMs = now() + holdMs
      }
    },
    done: async (tokens) => {
      for (const token of tokens) waiting.delete(token)
    },
  }
}

const newestOf = <T>(list: readonly T[], most: number): T[] =>
  list.slice(Math.max(0, list.length - most)).toReversed()

function addNewest<T>(list: T[], items: readonly T[], most: number): void {
  list.push(...items)
  if (list.length > most) list.splice(0, list.length - most)
}

function addWarnings(
  kept: Map<string, KeptWarning>,
  { warnings = [], failures = [], opinions = [] }: Commit,
): void {
  for (const warning of warnings) {
    const { failure, opinion } = kept.get(warning.id) ?? {}
    kept.set(warning.id, { ...warning, ...(failure && { failure }), ...(opinion && { opinion }) })
  }
  const change = (id: string, changes: Partial<KeptWarning>): void => {
    const known = kept.get(id)
    if (known) kept.set(id, { ...known, ...changes })
  }
  for (const { id, ...failure } of failures) if (!kept.get(id)?.failure) change(id, { failure })
  for (const { id, opinion } of opinions) change(id, { opinion })
  if (kept.size <= storeLimits.listed) return
  for (const { id } of newestWarnings(kept, kept.size).slice(storeLimits.listed)) kept.delete(id)
}

const newestWarnings = (kept: ReadonlyMap<string, KeptWarning>, most: number): KeptWarning[] =>
  [...kept.values()].toSorted((a, b) => b.unixMs - a.unixMs || (a.id < b.id ? -1 : 1)).slice(0, most)

/** Adds counts by rule and reason. */
export function addCounts(counts: Map<string, Map<DecisionReason, number>>, more: Commit['counts']): void {
  for (const [rule, reasons] of more) {
    const known = counts.get(rule) ?? new Map<DecisionReason, number>()
    counts.set(rule, known)
    for (const [reason, count] of reasons) known.set(reason, (known.get(reason) ?? 0) + count)
  }
}

import type { Alert, Decision, DecisionReason } from '../alert.ts'
import type { Outcome } from '../engine/cell.ts'
import type { Engine, Hits } from '../engine/engine.ts'
import { type AlertRecord, maxAheadMs } from '../engine/record.ts'
import type { RecordBatch } from '../sources/source.ts'
import {
  type AlertStore,
  type CellChange,
  type Span,
  StateLostError,
  type StoredCell,
} from '../store/store.ts'
import { createGroupLimit, mostDue } from './group-limit.ts'

/** Judges batches with a store, which other processes may share. */
export type Runner = {
  /**
   * Judges a batch and stores what it comes to. `done`: nothing of it is left to do, be it that it was stored before;
   * `elsewhere`: another process reads the partition now. Rejects when the store cannot be reached: give it again later; or
   * with a StateLostError: assign all partitions anew.
   */
  take(batch: RecordBatch): Promise<'done' | 'elsewhere'>
  /** Where a partition stands: the offset that comes next; undefined when nothing of it was stored. Rejects as `take` does. */
  positionOf(partition: string): Promise<number | undefined>
  /** The partition is this process' now, and the clock that it has at least; or no longer. */
  assign(partition: string, clockMs?: number): void
  revoke(partition: string): void
  /** Time passes although nothing comes: `clockMs` is what a silent partition's clock is at least. Judges what is due. */
  pass(partition: string, clockMs: number): Promise<void>
}

const mostDecisions = 200
/** So many batches are judged in turn after a refusal. */
const turnsAfterRefusal = 50

/** No record counts further ahead than half of it, and no clock stays as far behind: what is ahead by more, jumped. */
const jumpMs = 2 * maxAheadMs

/**
 * `onAlert` is told of alerts once they are stored. `onSetBack`: the clock of a partition was by so many milliseconds ahead of
 * what it is now, so it had jumped; what was counted by it is forgotten. Only where no other process may be right.
 */
export function createRunner(
  engine: Engine,
  store: AlertStore,
  onAlert: (alert: Alert) => void = () => {},
  onSetBack: (byMs: number) => void = () => {},
): Runner {
  const clocks = new Map<string, number>()
  /** Since a clock was set back: cells may be of a time that did not come yet. */
  const setBacks = new Set<string>()
  let hasJumped = false
  const positions = new Map<string, number | undefined>()
  const groups = createGroupLimit(engine, store)
  let lowMs: number | undefined
  let mustBegin = true
  let turns = 0

  const commit = async (
    outcomes: readonly [cell: string, version: number, outcome: Outcome][],
    span: Span | undefined,
    extra: readonly Decision[],
  ): Promise<'stored' | 'changed' | 'elsewhere'> => {
    const decisions = [...extra, ...outcomes.flatMap(([, , outcome]) => outcome.decisions)]
    const alerts = outcomes.flatMap(([, , outcome]) => outcome.alerts)
    const cells = outcomes.map(
      ([cell, version, { state, dueMs }]): CellChange => ({ cell, version, state, dueMs }),
    )
    const newest = decisions.length > mostDecisions ? decisions.slice(-mostDecisions) : decisions
    const { result, lowMs: low } = await store.commit({
      ...{ span, clocks, cells, alerts, decisions: newest, setBacks: [...setBacks] },
      counts: countsOf(decisions),
    })
    lowMs = low
    if (result !== 'stored') return result
    setBacks.clear()
    groups.note(cells)
    for (const alert of alerts) onAlert(alert)
    return result
  }

  /** What a clock comes to that is at least this, by the wall's. */
  const follow = (partition: string, leastMs: number): number => {
    const clockMs = clocks.get(partition) ?? 0
    // What was stored may be of a process before this one.
    const aheadMs = Math.max(clockMs, lowMs ?? 0) - leastMs
    if (store.isShared || aheadMs <= jumpMs) return Math.max(clockMs, leastMs)
    setBacks.add(partition)
    hasJumped = true
    mustBegin = true
    lowMs = leastMs
    onSetBack(aheadMs)
    return leastMs
  }
  /** A cell of a time that did not come yet begins anew. */
  const stateOf = (known: StoredCell | undefined, nowMs: number): StoredCell['state'] | undefined => {
    const isAhead =
      hasJumped && known && Math.max(known.state.lookedMs, known.state.newestMs) > nowMs + jumpMs
    return isAhead ? undefined : known?.state
  }

  /** The low when a record of the partition comes; it moves its clock. What others' partitions do is known after a commit. */
  const lowOf = async (partition: string): Promise<(record: AlertRecord, leastMs?: number) => number> => {
    lowMs ??= await store.low()
    const least = Math.min(...[...clocks].flatMap(([name, ms]) => (name === partition ? [] : [ms])))
    return ({ unixMs }, leastMs) => {
      const knownMs = leastMs === undefined ? (clocks.get(partition) ?? 0) : follow(partition, leastMs)
      const clockMs = Math.max(knownMs, unixMs)
      clocks.set(partition, clockMs)
      return store.isShared ? (lowMs ?? 0) : Math.min(least, clockMs)
    }
  }

  const judgeOnce = async (hits: Hits, span: Span | undefined, extra: readonly Decision[]) => {
    lowMs ??= await store.low()
    const low = lowMs
    const stored = hits.size === 0 ? new Map() : await store.load([...hits.keys()])
    const outcomes = [...hits].map(([cell, list]): [string, number, Outcome] => {
      const known = stored.get(cell)
      return [cell, known?.version ?? 0, engine.step(cell, stateOf(known, list[0]!.lowMs), list, low)]
    })
    return commit(outcomes, span, extra)
  }

  /** Where others change the same cells, work that is refused and done again would be most of it. */
  const judge = async (hits: Hits, span: Span | undefined, extra: readonly Decision[]) => {
    for (;;) {
      const once = () => judgeOnce(hits, span, extra)
      const result = await (turns > 0 ? store.inTurn(once) : once())
      turns = result === 'changed' ? turnsAfterRefusal : Math.max(0, turns - 1)
      if (result !== 'changed') return result
    }
  }

  const advance = async (cells: readonly string[]): Promise<boolean> => {
    const low = lowMs ?? (await store.low())
    const stored = await store.load(cells)
    const outcomes = cells.flatMap((cell): [string, number, Outcome][] => {
      const known = stored.get(cell)
      if (engine.ruleOf(cell) !== undefined) {
        return [[cell, known?.version ?? 0, engine.advance(cell, stateOf(known, low), low)]]
      }
      // Its rule is no longer in the file.
      return known ? [[cell, known.version, { state: undefined, dueMs: 0, alerts: [], decisions: [] }]] : []
    })
    return outcomes.length > 0 && (await commit(outcomes, undefined, [])) === 'stored'
  }

  /** Silence is waited for from the moment at which the first record or tick comes. */
  const begin = async (): Promise<void> => {
    if (!mustBegin || !lowMs) return
    const known = await store.load(engine.standing())
    const missing = engine.standing().filter((cell) => stateOf(known.get(cell), lowMs!) === undefined)
    if (missing.length > 0) await advance(missing)
    mustBegin = false
  }

  const judgeDue = async (): Promise<void> => {
    await begin()
    for (;;) {
      const due = lowMs ? await store.due(lowMs, mostDue) : []
      if (due.length === 0) return
      await advance(due)
      if (due.length < mostDue) return
    }
  }

  /** Whether the clocks must be stored: where others wait for them, or something is due by them. Else it is a write a second for nothing. */
  const mattersNow = async (): Promise<boolean> =>
    store.isShared || mustBegin || (await store.due(Math.min(...clocks.values()), 1)).length > 0

  /** The clock of a partition must not say that records were judged which were not: those of others would be late. */
  const setBack = (partition: string, clockMs: number | undefined): void => {
    if (clockMs === undefined) clocks.delete(partition)
    else clocks.set(partition, clockMs)
  }
  const orForget = async <T>(doing: Promise<T>, undo: () => void = () => {}): Promise<T> => {
    try {
      return await doing
    } catch (error) {
      undo()
      if (error instanceof StateLostError) forget()
      throw error
    }
  }
  /** What is known belongs to a state that is gone; everything is read again. */
  const forget = (): void => {
    positions.clear()
    for (const partition of clocks.keys()) clocks.set(partition, 0)
    lowMs = undefined
    mustBegin = true
  }

  const positionOf = async (partition: string): Promise<number | undefined> => {
    const position = await orForget(store.positionOf(partition))
    positions.set(partition, position)
    return position
  }

  return {
    positionOf,
    async take(batch) {
      const { partition, offsets } = batch
      const before = offsets && (positions.get(partition) ?? (await positionOf(partition)))
      // It was stored before the process that read it could say so.
      if (offsets && before !== undefined && offsets.after <= before) return 'done'
      const clockMs = clocks.get(partition)
      const hits: Hits = new Map()
      const low = await orForget(lowOf(partition))
      for (const [index, record] of freshOf(batch, before).entries())
        engine.match(record, hits, low(record, batch.clocks?.[index]))
      const undo = () => setBack(partition, clockMs)
      const tooMany = await orForget(groups.leaveOut(hits), undo)
      const span = offsets && { partition, before, after: offsets.after }
      const result = await orForget(judge(hits, span, tooMany), undo)
      if (result === 'elsewhere') {
        undo()
        positions.delete(partition)
        return 'elsewhere'
      }
      if (offsets) positions.set(partition, offsets.after)
      await orForget(judgeDue())
      return 'done'
    },
    assign(partition, clockMs = 0) {
      positions.delete(partition)
      clocks.set(partition, Math.max(clocks.get(partition) ?? 0, clockMs))
    },
    revoke(partition) {
      positions.delete(partition)
      clocks.delete(partition)
    },
    async pass(partition, clockMs) {
      lowMs ??= await orForget(store.low())
      clocks.set(partition, follow(partition, clockMs))
      if (!(await orForget(mattersNow()))) return
      await orForget(commit([], undefined, []))
      await orForget(judgeDue())
    },
  }
}

/** Those of a batch that were not stored yet. */
function freshOf({ records, offsets }: RecordBatch, before: number | undefined): readonly AlertRecord[] {
  if (!offsets || before === undefined || before <= offsets.first) return records
  const { first, of } = offsets
  return of ? records.filter((_, index) => of[index]! >= before) : records.slice(before - first)
}

function countsOf(decisions: readonly Decision[]): Map<string, Map<DecisionReason, number>> {
  const counts = new Map<string, Map<DecisionReason, number>>()
  for (const { rule, reason } of decisions) {
    const reasons = counts.get(rule) ?? new Map<DecisionReason, number>()
    counts.set(rule, reasons)
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  return counts
}

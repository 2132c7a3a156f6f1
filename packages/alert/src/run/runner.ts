import type { Alert, Decision, DecisionReason } from '../alert.ts'
import type { Outcome } from '../engine/cell.ts'
import type { Engine, Hits } from '../engine/engine.ts'
import type { AlertRecord } from '../engine/record.ts'
import type { RecordBatch } from '../sources/source.ts'
import { type AlertStore, type CellChange, type Span, StateLostError } from '../store/store.ts'

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

const mostDue = 500
const mostDecisions = 200
/** A group that is due and still there is looked for again so much later. */
const lookAgainMs = 60_000
/** So many batches are judged in turn after a refusal. */
const turnsAfterRefusal = 50

/** `onAlert` is told of alerts once they are stored. */
export function createRunner(
  engine: Engine,
  store: AlertStore,
  onAlert: (alert: Alert) => void = () => {},
): Runner {
  const clocks = new Map<string, number>()
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
      ...{ span, clocks, cells, alerts, decisions: newest },
      counts: countsOf(decisions),
    })
    lowMs = low
    if (result !== 'stored') return result
    groups.note(cells)
    for (const alert of alerts) onAlert(alert)
    return result
  }

  /** The low when a record of the partition comes; it moves its clock. What others' partitions do is known after a commit. */
  const lowOf = async (partition: string): Promise<(record: AlertRecord, leastMs?: number) => number> => {
    if (store.isShared) lowMs ??= await store.low()
    const least = Math.min(...[...clocks].flatMap(([name, ms]) => (name === partition ? [] : [ms])))
    return ({ unixMs }, leastMs = 0) => {
      const clockMs = Math.max(clocks.get(partition) ?? 0, unixMs, leastMs)
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
      return [cell, known?.version ?? 0, engine.step(cell, known?.state, list, low)]
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
        return [[cell, known?.version ?? 0, engine.advance(cell, known?.state, low)]]
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
    const missing = engine.standing().filter((cell) => !known.has(cell))
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
      clocks.set(partition, Math.max(clocks.get(partition) ?? 0, clockMs))
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

/** Leaves out hits of more groups than a rule may have; the number of groups is that of this process. */
function createGroupLimit(
  engine: Engine,
  store: AlertStore,
): {
  /** Takes hits away, and says which. */
  leaveOut(hits: Hits): Promise<Decision[]>
  note(cells: readonly CellChange[]): void
} {
  /** By rule, each cell and when it is due. */
  const known = new Map<string, Map<string, number>>()
  const of = (rule: string): Map<string, number> => {
    const cells = known.get(rule) ?? new Map<string, number>()
    known.set(rule, cells)
    return cells
  }
  /** What is due was judged by another process, which may have forgotten it. */
  const forgetGone = async (cells: Map<string, number>, hits: Hits): Promise<void> => {
    const lowMs = await store.low()
    const due = [...cells]
      .flatMap(([cell, dueMs]) => (dueMs <= lowMs && !hits.has(cell) ? [cell] : []))
      .slice(0, mostDue)
    const stored = due.length === 0 ? new Map() : await store.load(due)
    for (const cell of due) {
      if (stored.has(cell)) cells.set(cell, lowMs + lookAgainMs)
      else cells.delete(cell)
    }
  }
  return {
    async leaveOut(hits) {
      const tooMany: Decision[] = []
      const tidied = new Set<string>()
      for (const [cell, list] of hits) {
        const { id, maxGroups } = engine.ruleOf(cell)!
        const cells = of(id)
        if (cells.has(cell)) continue
        if (cells.size >= maxGroups && !tidied.has(id)) await forgetGone(cells, hits)
        if (cells.size >= maxGroups) tidied.add(id)
        if (cells.size < maxGroups) cells.set(cell, 0)
        else {
          hits.delete(cell)
          tooMany.push(...list.map(({ unixMs }) => tooManyGroups(id, maxGroups, unixMs)))
        }
      }
      return tooMany
    },
    note(changes) {
      for (const { cell, state, dueMs } of changes) {
        const cells = known.get(engine.ruleOf(cell)?.id ?? '')
        if (state === undefined) cells?.delete(cell)
        else if (cells?.has(cell)) cells.set(cell, dueMs)
      }
    },
  }
}

function tooManyGroups(rule: string, limit: number, unixMs: number): Decision {
  return { rule, group: {}, reason: 'too many groups', value: limit, limit, unixMs, alertId: '' }
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

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
  return new BatchRunner(engine, store, onAlert, onSetBack)
}

class BatchRunner implements Runner {
  readonly #engine: Engine
  readonly #store: AlertStore
  readonly #onAlert: (alert: Alert) => void
  readonly #onSetBack: (byMs: number) => void
  readonly #groups: ReturnType<typeof createGroupLimit>
  readonly #clocks = new Map<string, number>()
  /** Since a clock was set back: cells may be of a time that did not come yet. */
  readonly #setBacks = new Set<string>()
  readonly #positions = new Map<string, number | undefined>()
  #hasJumped = false
  #lowMs: number | undefined
  #mustBegin = true
  /** Batches that are still judged in turn after a refusal. */
  #turns = 0

  constructor(
    engine: Engine,
    store: AlertStore,
    onAlert: (alert: Alert) => void,
    onSetBack: (byMs: number) => void,
  ) {
    this.#engine = engine
    this.#store = store
    this.#onAlert = onAlert
    this.#onSetBack = onSetBack
    this.#groups = createGroupLimit(engine, store)
  }

  async positionOf(partition: string): Promise<number | undefined> {
    const position = await this.#orForget(this.#store.positionOf(partition))
    this.#positions.set(partition, position)
    return position
  }

  async take(batch: RecordBatch): Promise<'done' | 'elsewhere'> {
    const { partition, offsets } = batch
    const before = offsets && (this.#positions.get(partition) ?? (await this.positionOf(partition)))
    // It was stored before the process that read it could say so.
    if (offsets && before !== undefined && offsets.after <= before) return 'done'
    const clockMs = this.#clocks.get(partition)
    const undo = (): void => this.#setBack(partition, clockMs)
    const hits: Hits = new Map()
    const low = await this.#orForget(this.#lowOf(partition))
    for (const [index, record] of freshOf(batch, before).entries())
      this.#engine.match(record, hits, low(record, batch.clocks?.[index]))
    const tooMany = await this.#orForget(this.#groups.leaveOut(hits), undo)
    const span = offsets && { partition, before, after: offsets.after }
    const result = await this.#orForget(this.#judge(hits, span, tooMany), undo)
    if (result === 'elsewhere') {
      undo()
      this.#positions.delete(partition)
      return 'elsewhere'
    }
    if (offsets) this.#positions.set(partition, offsets.after)
    await this.#orForget(this.#judgeDue())
    return 'done'
  }

  assign(partition: string, clockMs = 0): void {
    this.#positions.delete(partition)
    this.#clocks.set(partition, Math.max(this.#clocks.get(partition) ?? 0, clockMs))
  }

  revoke(partition: string): void {
    this.#positions.delete(partition)
    this.#clocks.delete(partition)
  }

  async pass(partition: string, clockMs: number): Promise<void> {
    this.#lowMs ??= await this.#orForget(this.#store.low())
    this.#clocks.set(partition, this.#follow(partition, clockMs))
    if (!(await this.#orForget(this.#mattersNow()))) return
    await this.#orForget(this.#commit([], undefined, []))
    await this.#orForget(this.#judgeDue())
  }

  async #commit(
    outcomes: readonly [cell: string, version: number, outcome: Outcome][],
    span: Span | undefined,
    extra: readonly Decision[],
  ): Promise<'stored' | 'changed' | 'elsewhere'> {
    const decisions = [...extra, ...outcomes.flatMap(([, , outcome]) => outcome.decisions)]
    const alerts = outcomes.flatMap(([, , outcome]) => outcome.alerts)
    const cells = outcomes.map(
      ([cell, version, { state, dueMs }]): CellChange => ({ cell, version, state, dueMs }),
    )
    const newest = decisions.length > mostDecisions ? decisions.slice(-mostDecisions) : decisions
    const { result, lowMs } = await this.#store.commit({
      ...{ span, clocks: this.#clocks, cells, alerts, decisions: newest, setBacks: [...this.#setBacks] },
      counts: countsOf(decisions),
    })
    this.#lowMs = lowMs
    if (result !== 'stored') return result
    this.#setBacks.clear()
    this.#groups.note(cells)
    for (const alert of alerts) this.#onAlert(alert)
    return result
  }

  /** What a clock comes to that is at least this, by the wall's. */
  #follow(partition: string, leastMs: number): number {
    const clockMs = this.#clocks.get(partition) ?? 0
    // What was stored may be of a process before this one.
    const aheadMs = Math.max(clockMs, this.#lowMs ?? 0) - leastMs
    if (this.#store.isShared || aheadMs <= jumpMs) return Math.max(clockMs, leastMs)
    this.#setBacks.add(partition)
    this.#hasJumped = true
    this.#mustBegin = true
    this.#lowMs = leastMs
    this.#onSetBack(aheadMs)
    return leastMs
  }

  /** A cell of a time that did not come yet begins anew. */
  #stateOf(known: StoredCell | undefined, nowMs: number): StoredCell['state'] | undefined {
    const isAhead =
      this.#hasJumped && known && Math.max(known.state.lookedMs, known.state.newestMs) > nowMs + jumpMs
    return isAhead ? undefined : known?.state
  }

  /** The low when a record of the partition comes; it moves its clock. What others' partitions do is known after a commit. */
  async #lowOf(partition: string): Promise<(record: AlertRecord, leastMs?: number) => number> {
    this.#lowMs ??= await this.#store.low()
    const least = Math.min(...[...this.#clocks].flatMap(([name, ms]) => (name === partition ? [] : [ms])))
    return ({ unixMs }, leastMs) => {
      const knownMs =
        leastMs === undefined ? (this.#clocks.get(partition) ?? 0) : this.#follow(partition, leastMs)
      const clockMs = Math.max(knownMs, unixMs)
      this.#clocks.set(partition, clockMs)
      return this.#store.isShared ? (this.#lowMs ?? 0) : Math.min(least, clockMs)
    }
  }

  /** Where others change the same cells, work that is refused and done again would be most of it. */
  async #judge(
    hits: Hits,
    span: Span | undefined,
    extra: readonly Decision[],
  ): Promise<'stored' | 'elsewhere'> {
    for (;;) {
      const once = () => this.#judgeOnce(hits, span, extra)
      const result = await (this.#turns > 0 ? this.#store.inTurn(once) : once())
      this.#turns = result === 'changed' ? turnsAfterRefusal : Math.max(0, this.#turns - 1)
      if (result !== 'changed') return result
    }
  }

  async #judgeOnce(
    hits: Hits,
    span: Span | undefined,
    extra: readonly Decision[],
  ): Promise<'stored' | 'changed' | 'elsewhere'> {
    this.#lowMs ??= await this.#store.low()
    const low = this.#lowMs
    const stored: ReadonlyMap<string, StoredCell> =
      hits.size === 0 ? new Map() : await this.#store.load([...hits.keys()])
    const outcomes = [...hits].map(([cell, list]): [string, number, Outcome] => {
      const known = stored.get(cell)
      const state = this.#stateOf(known, list[0]!.lowMs)
      return [cell, known?.version ?? 0, this.#engine.step(cell, state, list, low)]
    })
    return this.#commit(outcomes, span, extra)
  }

  async #advance(cells: readonly string[]): Promise<boolean> {
    const low = this.#lowMs ?? (await this.#store.low())
    const stored = await this.#store.load(cells)
    const outcomes = cells.flatMap((cell): [string, number, Outcome][] => {
      const known = stored.get(cell)
      if (this.#engine.ruleOf(cell) !== undefined) {
        return [[cell, known?.version ?? 0, this.#engine.advance(cell, this.#stateOf(known, low), low)]]
      }
      // Its rule is no longer in the file.
      return known ? [[cell, known.version, { state: undefined, dueMs: 0, alerts: [], decisions: [] }]] : []
    })
    return outcomes.length > 0 && (await this.#commit(outcomes, undefined, [])) === 'stored'
  }

  /** Silence is waited for from the moment at which the first record or tick comes. */
  async #begin(): Promise<void> {
    const low = this.#lowMs
    if (!this.#mustBegin || !low) return
    const standing = this.#engine.standing()
    const known = await this.#store.load(standing)
    const missing = standing.filter((cell) => this.#stateOf(known.get(cell), low) === undefined)
    if (missing.length > 0) await this.#advance(missing)
    this.#mustBegin = false
  }

  async #judgeDue(): Promise<void> {
    await this.#begin()
    for (;;) {
      const due = this.#lowMs ? await this.#store.due(this.#lowMs, mostDue) : []
      if (due.length === 0) return
      await this.#advance(due)
      if (due.length < mostDue) return
    }
  }

  /** Whether the clocks must be stored: where others wait for them, or something is due by them. Else it is a write a second for nothing. */
  async #mattersNow(): Promise<boolean> {
    if (this.#store.isShared || this.#mustBegin) return true
    return (await this.#store.due(Math.min(...this.#clocks.values()), 1)).length > 0
  }

  /** The clock of a partition must not say that records were judged which were not: those of others would be late. */
  #setBack(partition: string, clockMs: number | undefined): void {
    if (clockMs === undefined) this.#clocks.delete(partition)
    else this.#clocks.set(partition, clockMs)
  }

  async #orForget<T>(doing: Promise<T>, undo: () => void = () => {}): Promise<T> {
    try {
      return await doing
    } catch (error) {
      undo()
      if (error instanceof StateLostError) this.#forget()
      throw error
    }
  }

  /** What is known belongs to a state that is gone; everything is read again. */
  #forget(): void {
    this.#positions.clear()
    for (const partition of this.#clocks.keys()) this.#clocks.set(partition, 0)
    this.#lowMs = undefined
    this.#mustBegin = true
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

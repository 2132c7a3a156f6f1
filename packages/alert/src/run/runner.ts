import type { Alert, Decision } from '../alert.ts'
import type { Opinion } from '../detect/warning.ts'
import type { KeptWarning } from '../early/kept-warning.ts'
import type { Engine, Hits } from '../engine/engine.ts'
import type { RecordBatch } from '../sources/source.ts'
import { type AlertStore, StateLostError, type StoredCell } from '../store/store.ts'
import { Clocks } from './clocks.ts'
import { alone, type CellOutcome, freshOf, partsOf, type Work } from './commit-parts.ts'
import { createGroupLimit, mostDue } from './group-limit.ts'
import { createWatching, type TemplatesTold, tellFound, type Watching } from './watching.ts'

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
  pass(partition: string, clockMs: number): Promise<'done' | 'elsewhere'>
  /** Stores what rules of type `early` counted since they were stored last: before an end. */
  keep(): Promise<void>
  /** How far rules of type `early` are. */
  learning: Watching['learning']
  /** What they expect of templates, of the partitions that this process reads. */
  expected: Watching['expected']
  /** Somebody says what a warning of a rule was worth. */
  opine(warning: KeptWarning, opinion: Opinion): Promise<void>
}

/** So many batches are judged in turn after a refusal. */
const turnsAfterRefusal = 50

/**
 * `onAlert` is told of alerts once they are stored. `onSetBack`: the clock of a partition was by so many milliseconds ahead of
 * what it is now, so it had jumped; what was counted by it is forgotten. Only where no other process may be right. `templates`: who
 * is told of those of lines that rules of type `early` look at.
 */
export function createRunner(
  engine: Engine,
  store: AlertStore,
  onAlert: (alert: Alert) => void = () => {},
  onSetBack: (byMs: number) => void = () => {},
  templates?: TemplatesTold,
): Runner {
  return new BatchRunner(engine, store, { onAlert, onSetBack, templates })
}

type Listeners = {
  onAlert: (alert: Alert) => void
  onSetBack: (byMs: number) => void
  templates: TemplatesTold | undefined
}

class BatchRunner implements Runner {
  readonly #engine: Engine
  readonly #store: AlertStore
  readonly #onAlert: (alert: Alert) => void
  readonly #groups: ReturnType<typeof createGroupLimit>
  readonly #watching: Watching
  readonly learning: Watching['learning']
  readonly expected: Watching['expected']
  readonly #clocks: Clocks
  readonly #positions = new Map<string, number | undefined>()
  #mustBegin = true
  /** Batches that are still judged in turn after a refusal. */
  #turns = 0

  constructor(engine: Engine, store: AlertStore, { onAlert, onSetBack, templates }: Listeners) {
    this.#engine = engine
    this.#store = store
    this.#onAlert = onAlert
    this.#clocks = new Clocks(store, (partition, toMs, byMs) => {
      this.#mustBegin = true
      this.#watching.setBack(partition, toMs)
      onSetBack(byMs)
    })
    this.#groups = createGroupLimit(engine, store)
    this.#watching = createWatching(engine, store, templates)
    this.learning = this.#watching.learning
    this.expected = this.#watching.expected
  }

  async positionOf(partition: string): Promise<number | undefined> {
    const position = await this.#orForget(this.#store.positionOf(partition))
    this.#positions.set(partition, position)
    const watched = await this.#orForget(this.#watching.of(partition, position))
    // What of the records before it is not in the stored state yet is read again.
    return position === undefined ? undefined : Math.min(position, watched?.next ?? position)
  }

  async take(batch: RecordBatch): Promise<'done' | 'elsewhere'> {
    const { partition, offsets } = batch
    const before = await this.#standOf(batch)
    const watched = await this.#orForget(this.#watching.of(partition, before))
    watched?.feed(batch, before)
    // It was stored before the process that read it could say so.
    if (offsets && before !== undefined && offsets.after <= before) return 'done'
    const clockMs = this.#clocks.all.get(partition)
    const undo = (): void => this.#clocks.putBack(partition, clockMs)
    const hits: Hits = new Map()
    const low = await this.#orForget(this.#clocks.lowOf(partition))
    for (const [index, record] of freshOf(batch, before).entries())
      this.#engine.match(record, hits, low(record, batch.clocks?.[index]))
    const span = offsets && { partition, before, after: offsets.after }
    const result = await this.#orForget(this.#judge({ hits, span, watched }), undo)
    if (result === 'elsewhere') {
      undo()
      this.#leave(partition)
      return 'elsewhere'
    }
    if (offsets) this.#positions.set(partition, offsets.after)
    await this.#orForget(this.#judgeDue())
    return 'done'
  }

  assign(partition: string, clockMs = 0): void {
    this.#leave(partition)
    this.#clocks.all.set(partition, Math.max(this.#clocks.all.get(partition) ?? 0, clockMs))
  }

  revoke(partition: string): void {
    this.#leave(partition)
    this.#clocks.all.delete(partition)
  }

  async pass(partition: string, clockMs: number): Promise<'done' | 'elsewhere'> {
    await this.#orForget(this.#clocks.low())
    this.#clocks.all.set(partition, this.#clocks.follow(partition, clockMs))
    const position = this.#positions.get(partition)
    const watched = await this.#orForget(this.#watching.of(partition, position))
    // What it must be told first is on its way.
    const isBehind = position !== undefined && (watched?.next ?? position) < position
    if (!isBehind) watched?.pass(clockMs)
    if (!watched?.hasNews && !(await this.#orForget(this.#mattersNow()))) return 'done'
    const span =
      position === undefined || !watched ? undefined : { partition, before: position, after: position }
    const work = { hits: new Map(), span, watched: isBehind ? undefined : watched }
    if ((await this.#orForget(this.#judge(work))) === 'elsewhere') {
      this.#leave(partition)
      return 'elsewhere'
    }
    await this.#orForget(this.#judgeDue())
    return 'done'
  }

  async keep(): Promise<void> {
    for (const watched of this.#watching.all()) {
      const { partition, next } = watched
      // Elsewhere it is read again, from where it stood.
      if (next !== undefined) continue
      const work = { hits: new Map(), span: undefined, watched, mustKeep: true }
      if ((await this.#orForget(this.#judge(work))) === 'elsewhere') this.#leave(partition)
    }
  }

  async opine(warning: KeptWarning, opinion: Opinion): Promise<void> {
    for (const watched of this.#watching.all()) watched.watch.opine(warning, opinion)
    const parts = {
      ...partsOf([], []),
      ...alone,
      clocks: this.#clocks.all,
      opinions: [{ id: warning.id, opinion }],
    }
    await this.#orForget(this.#store.commit(parts))
    await this.keep()
  }

  /** Where the partition of a batch stands. */
  async #standOf({ partition, offsets }: RecordBatch): Promise<number | undefined> {
    if (offsets === undefined) return undefined
    if (!this.#positions.has(partition)) await this.positionOf(partition)
    return this.#positions.get(partition)
  }

  /** What is not stored of a partition is another process' to do. */
  #leave(partition: string): void {
    this.#positions.delete(partition)
    this.#watching.forget(partition)
  }

  async #commit(
    outcomes: readonly CellOutcome[],
    { span, watched, mustKeep = false }: Omit<Work, 'hits'>,
    beside: readonly Decision[],
  ): Promise<'stored' | 'changed' | 'elsewhere'> {
    const parts = partsOf(outcomes, beside)
    const watch = watched?.change(mustKeep)
    const { result, lowMs } = await this.#store.commit({
      ...{ ...parts, span, clocks: this.#clocks.all, setBacks: [...this.#clocks.setBacks] },
      ...(watch && { watch, warnings: watched!.found, failures: watched!.watch.failures }),
    })
    this.#clocks.lowMs = lowMs
    if (result !== 'stored') return result
    watched?.stored(watch)
    this.#clocks.setBacks.clear()
    this.#groups.note(parts.cells)
    for (const alert of parts.alerts) this.#onAlert(alert)
    return result
  }

  /** Where others change the same cells, work that is refused and done again would be most of it. */
  async #judge(work: Work): Promise<'stored' | 'elsewhere'> {
    const { hits, watched } = work
    const beside = watched ? tellFound(this.#engine, watched.found, hits) : []
    beside.push(...(await this.#groups.leaveOut(hits)))
    for (;;) {
      const once = () => this.#judgeOnce(work, beside)
      const result = await (this.#turns > 0 ? this.#store.inTurn(once) : once())
      this.#turns = result === 'changed' ? turnsAfterRefusal : Math.max(0, this.#turns - 1)
      if (result !== 'changed') return result
    }
  }

  async #judgeOnce(
    { hits, ...work }: Work,
    beside: readonly Decision[],
  ): Promise<'stored' | 'changed' | 'elsewhere'> {
    const low = await this.#clocks.low()
    const stored: ReadonlyMap<string, StoredCell> =
      hits.size === 0 ? new Map() : await this.#store.load([...hits.keys()])
    const outcomes = [...hits].map(([cell, list]): CellOutcome => {
      const known = stored.get(cell)
      const state = this.#clocks.stateOf(known, list[0]!.lowMs)
      return [cell, known?.version ?? 0, this.#engine.step(cell, state, list, low)]
    })
    return this.#commit(outcomes, work, beside)
  }

  async #advance(cells: readonly string[]): Promise<boolean> {
    const low = this.#clocks.lowMs ?? (await this.#store.low())
    const stored = await this.#store.load(cells)
    const outcomes = cells.flatMap((cell): CellOutcome[] => {
      const known = stored.get(cell)
      if (this.#engine.ruleOf(cell) !== undefined) {
        return [
          [cell, known?.version ?? 0, this.#engine.advance(cell, this.#clocks.stateOf(known, low), low)],
        ]
      }
      // Its rule is no longer in the file.
      return known ? [[cell, known.version, { state: undefined, dueMs: 0, alerts: [], decisions: [] }]] : []
    })
    return outcomes.length > 0 && (await this.#commit(outcomes, alone, [])) === 'stored'
  }

  /** Silence is waited for from the moment at which the first record or tick comes. */
  async #begin(): Promise<void> {
    const low = this.#clocks.lowMs
    if (!this.#mustBegin || !low) return
    const standing = this.#engine.standing()
    const known = await this.#store.load(standing)
    const missing = standing.filter((cell) => this.#clocks.stateOf(known.get(cell), low) === undefined)
    if (missing.length > 0) await this.#advance(missing)
    this.#mustBegin = false
  }

  async #judgeDue(): Promise<void> {
    await this.#begin()
    for (;;) {
      const { lowMs } = this.#clocks
      const due = lowMs ? await this.#store.due(lowMs, mostDue) : []
      if (due.length === 0) return
      await this.#advance(due)
      if (due.length < mostDue) return
    }
  }

  /** Whether the clocks must be stored: where others wait for them, or something is due by them. Else it is a write a second for nothing. */
  async #mattersNow(): Promise<boolean> {
    if (this.#store.isShared || this.#mustBegin) return true
    return (await this.#store.due(Math.min(...this.#clocks.all.values()), 1)).length > 0
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
    this.#watching.forget()
    this.#clocks.forget()
    this.#mustBegin = true
  }
}

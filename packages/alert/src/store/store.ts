import type { Miner } from '@clew/templates'
import type { Alert, Decision, DecisionReason } from '../alert.ts'
import type { Failure, Opinion } from '../detect/warning.ts'
import type { KeptWarning } from '../early/kept-warning.ts'
import type { CellState } from '../engine/cell.ts'

/** A cell as it was stored, with what tells whether it was changed since. */
export type StoredCell = { version: number; state: CellState }

/** How a cell is to be stored. `state` undefined: it is forgotten. */
export type CellChange = { cell: string; version: number; state: CellState | undefined; dueMs: number }

/** Where a batch was read: offsets of its partition; `after` is that of the record behind its last one. */
export type Span = {
  partition: string
  /** Where the partition stood when the batch was judged; undefined: nothing of it was stored yet. */
  before: number | undefined
  after: number
}

/**
 * What rules of type `early` know of a partition. `next`: the offset of the record that it saw not yet; undefined where a source has none.
 * `version`: of its own, by which it is known whether another process changed it since.
 */
export type StoredWatch = { version: string; next: number | undefined; state: string }

/** How it is to be stored, if it is of the version `before` still; "": there was none. */
export type WatchChange = StoredWatch & { partition: string; before: string }

/** What is stored by a change. */
export function storedWatch({ version, next, state }: WatchChange): StoredWatch {
  return { version, next, state }
}

/** What a batch comes to. It is stored as a whole or not at all. */
export type Commit = {
  span: Span | undefined
  /** The newest time of each partition that this process reads, in unix milliseconds. */
  clocks: ReadonlyMap<string, number>
  /** Partitions whose clock may go back, as it had jumped. A store that others share takes none. */
  setBacks?: readonly string[]
  cells: readonly CellChange[]
  alerts: readonly Alert[]
  /** The newest of them, for `explain`. */
  decisions: readonly Decision[]
  counts: ReadonlyMap<string, ReadonlyMap<DecisionReason, number>>
  watch?: WatchChange | undefined
  warnings?: readonly KeptWarning[]
  /** What warnings led to, and what somebody said of them. Of one that is not kept any more, nothing. */
  failures?: readonly Failure[]
  opinions?: readonly { id: string; opinion: Opinion }[]
}

/**
 * `stored`; `changed`: a cell is no longer what it was when it was loaded, so the batch must be judged again; `elsewhere`: the
 * partition stands somewhere else, since another process reads it now or has done this batch before.
 */
export type CommitResult = { result: 'stored' | 'changed' | 'elsewhere'; lowMs: number }

/** An alert that waits to be sent; `token` is what it is acknowledged by. */
export type WaitingAlert = { token: string; alert: Alert }

/**
 * How much of everything a store keeps; the oldest goes, and of what waits to be sent that is counted. What seems held for longer than
 * `heldMs` is free: nobody holds for so long, the clock was set back.
 */
export const storeLimits = { listed: 1000, waiting: 100_000, heldMs: 600_000 } as const

/** What a store holds: cells, alerts that wait to be sent, and those that were given up since too many waited. */
export type StoreSize = { cells: number; waiting: number; dropped: number }

/**
 * The windows that this process has counted on are gone, as after Redis was flushed. Judging begins anew, with a new runner, as after
 * a start: positions are unknown, and what windows need is to be read again.
 */
export class StateLostError extends Error {
  override name = 'StateLostError'

  constructor() {
    super('the state of the alerts is gone; it begins anew')
  }
}

/** What judging needs of a store. */
export type WindowStore = {
  /** Whether other processes may use it at the same time. */
  readonly isShared: boolean
  /** Does it while nobody else does so: for those whose commits were refused again and again. Commits are right without it. */
  inTurn<T>(does: () => Promise<T>): Promise<T>
  /** Where a partition stands: the offset of the record that comes next; undefined when nothing of it was stored. */
  positionOf(partition: string): Promise<number | undefined>
  watchOf(partition: string): Promise<StoredWatch | undefined>
  /** The cells of these names that there are. */
  load(cells: readonly string[]): Promise<Map<string, StoredCell>>
  commit(commit: Commit): Promise<CommitResult>
  /** Names of cells that are due at or before that moment, the longest due first. */
  due(lowMs: number, most: number): Promise<string[]>
  /** The least of all partitions' newest times; 0 when nothing was stored. */
  low(): Promise<number>
}

/** What sending needs of a store. */
export type OutboxStore = {
  /** Alerts to be sent, the oldest first. They are this process' for `holdMs`; then another may take them. */
  take(most: number, holdMs: number): Promise<WaitingAlert[]>
  /** They stay this process' for so much longer: it still tries. */
  hold(tokens: readonly string[], holdMs: number): Promise<void>
  /** These were sent, or given up. */
  done(tokens: readonly string[]): Promise<void>
}

/**
 * Where the windows live. Each call is one step for all other processes that share the store. Every one rejects when the store
 * cannot be reached; nothing was changed then, or all of it.
 */
export type AlertStore = WindowStore &
  OutboxStore & {
    /** What was decided, the newest first, and how often each reason since the store began. */
    explain(
      most: number,
    ): Promise<{ decisions: Decision[]; counts: Map<string, Map<DecisionReason, number>> }>
    /** Alerts that go on, and those that ended lately, the newest first. */
    history(most: number): Promise<Alert[]>
    /** Early warnings, the newest first. */
    warnings(most: number): Promise<KeptWarning[]>
    size(): Promise<StoreSize>
    /**
     * Of a store that others share: lets miners of all of them learn from each other, with each `exchange`, of which one is under way at a
     * time. It rejects when the store cannot be reached; the next one makes up for it. `report` is told of what is damaged and left out.
     */
    shareTemplates?(miner: Miner, report: (problem: string) => void): { exchange(): Promise<void> }
    close(): Promise<void>
  }

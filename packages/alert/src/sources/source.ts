import type { AlertRecord } from '../engine/record.ts'

/** Records of one partition, and those that stand for spans, in the order in which they came. */
export type RecordBatch = {
  partition: string
  records: readonly AlertRecord[]
  /**
   * Of a source that may give a batch again: where the batch begins, and the offset behind its last record. `of`: the offset of
   * each record, where they are not one after the other; a message may hold several records, or none.
   */
  offsets?: { first: number; after: number; of?: readonly number[] }
  /**
   * Of a source without offsets whose time goes on by itself: what its clock is at least when each record comes, in unix
   * milliseconds. What is given to `pass` must not be ahead of that of records that are judged later.
   */
  clocks?: readonly number[]
}

/** `again`: nothing was stored; assign the partition anew and read from where it stands. */
export type Taken = 'done' | 'again'

/** Who judges what a source reads. */
export type Sink = {
  /** How far back windows look: what must be read again when nothing is stored. */
  readonly reachMs: number
  /** Whether spans are to be read too, where a source has them. */
  readonly wantsSpans?: boolean
  /** Partitions that there are, whoever reads them: until each has told its time, nothing is too late. */
  know(partitions: readonly string[]): void
  /** This process reads it now. Resolves to where it stands; undefined when nothing of it was stored. */
  assign(partition: string): Promise<number | undefined>
  /** Another process reads it now. Resolves when nothing of it is being stored any more. */
  revoke(partition: string): Promise<void>
  /** Resolves when the batch is stored, however long that takes: meanwhile nothing more is to be read. */
  take(batch: RecordBatch): Promise<Taken>
  /** Nothing came and nothing waits: what comes is not older than this. */
  pass(partition: string, clockMs: number): Promise<Taken>
}

/** Where records come from. */
export type Source = {
  /** Reads until the end, or until it is closed. Rejects when it cannot go on. */
  run(sink: Sink): Promise<void>
  /** Reads no more; `run` resolves once what was read is stored. */
  close(): Promise<void>
}

/** Milliseconds: a partition in which nothing comes for so long has a clock that follows the wall's, so much behind. */
export const idleMs = 2_000

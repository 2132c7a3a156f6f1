import type { Signal } from '@clew/otlp'
import type { QueryName } from '../query/queries.ts'

/** What became of a request, and when it came. Refused records are not worth sending again. */
export type Written = { records: number; rejected: number; message: string; arrivedUnixMs: number }

/** Refs of the first and last record that a commit added; absent: none of that kind. */
export type Commit = { logs?: Range; spans?: Range }
export type Range = { segment: number; first: number; last: number }

/** What the reader answers; the parameters are those of the route with the same name. */
export type Query = { name: QueryName; parameters: Record<string, string> }

/**
 * The store as the HTTP side sees it: one thread that writes, two that read.
 * `write` and `query` reject with a {@link StoreError}.
 */
export type Store = {
  /**
   * Decodes and stores a request; the bytes go to the writer and are gone for the caller. Resolves after the commit:
   * what is acknowledged survives a kill of the process. `isImported`: it is of a file, and no rules judge it.
   */
  write(
    signal: Signal,
    encoding: 'protobuf' | 'json',
    bytes: Uint8Array,
    isImported?: boolean,
  ): Promise<Written>
  /** Resolves with the bytes of the JSON answer. `signal` ends it when nobody waits for that any more. */
  query(query: Query, signal?: AbortSignal): Promise<Uint8Array>
  /** Called after each commit, at most every 50 ms. Returns how to stop. */
  onCommit(listener: (commit: Commit) => void): () => void
  /**
   * Deletes all records, those that are being written with them, and resolves when their files are gone; what comes later is
   * kept. Rejects with a StoreError when a file cannot be made or deleted.
   */
  clear(): Promise<void>
  /** Called after each {@link Store.clear}. Returns how to stop. */
  onClear(listener: () => void): () => void
  /** Commits what came, closes the files, ends the threads; in memory mode deletes them. */
  close(): Promise<void>
}

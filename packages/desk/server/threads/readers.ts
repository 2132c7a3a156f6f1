import type { QueryName } from '../query/queries.ts'
import { ReaderClient } from './reader-client.ts'
import type { Query } from './store.ts'

/** What stands beside a list or takes its time: a thread of its own, so that no list and no chain waits for it. */
const besides: ReadonlySet<QueryName> = new Set([
  ...(['histogram', 'facets', 'chain-rates', 'patterns', 'pattern', 'services'] as const),
  ...(['arrivals', 'chain-export', 'chain-compare', 'whole-logs'] as const),
  ...(['log-tail', 'status-store'] as const),
])

/** The two threads that read. */
export type Readers = {
  query(query: Query, signal?: AbortSignal): Promise<Uint8Array>
  /** Resolves when no other file than these is open any more. */
  useSegments(paths: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** `onDamaged` hears of a file that cannot be read, from one reader or from both. */
export function createReaders(onDamaged: (path: string) => void): Readers {
  const [lists, beside] = [new ReaderClient(onDamaged), new ReaderClient(onDamaged)]
  const both = async (work: (reader: ReaderClient) => Promise<void>): Promise<void> => {
    await Promise.all([lists, beside].map(work))
  }
  return {
    query: (query, signal) => (besides.has(query.name) ? beside : lists).query(query, signal),
    useSegments: (paths) => both((reader) => reader.useSegments(paths)),
    close: () => both((reader) => reader.close()),
  }
}

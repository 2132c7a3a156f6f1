import type { RequestRows } from '../../packages/desk/server/schema/row.ts'
import { Writer } from '../../packages/desk/server/store/writer.ts'
import { openPlainSqlite } from './plain-sqlite.ts'

/** What `desk-ingest` measures: something that keeps rows in a folder. */
export type RowStore = {
  add(request: RequestRows): void
  commit(): void
  close(): void
}

export const rowStores: Readonly<Record<string, (directory: string) => RowStore>> = {
  clew: openDeskStore,
  'plain-sqlite': openPlainSqlite,
}

/** The store as the desk's writer thread has it: patterns, counts, summaries, the full-text index, segments. */
function openDeskStore(directory: string): RowStore {
  const writer = new Writer({
    directory,
    maxBytes: 8e9,
    maxAgeMs: undefined,
    nowUs: () => Date.now() * 1000,
    report: console.error,
  })
  return {
    add: (request) => writer.add(request),
    commit() {
      writer.commit()
      writer.tidy()
    },
    close: () => writer.close(),
  }
}

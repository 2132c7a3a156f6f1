import type { DatabaseSync } from 'node:sqlite'
import { hasTextIndex } from '../schema/segment.ts'
import { resourceWord, textBlock } from '../schema/tables.ts'

/** Puts words into a full-text index, those of 16 records as one entry. Does nothing where there is no FTS5. */
export type TextIndex = {
  add(id: number, words: string, resource: number): void
  /** Ends the entry that is being filled. The next record must begin a new one: see `nextBlock`. */
  flush(): void
  clear(): void
}

export function createTextIndex(database: DatabaseSync, table: 'log_text' | 'span_text'): TextIndex {
  if (!hasTextIndex(database)) return { add: () => {}, flush: () => {}, clear: () => {} }
  const insert = database.prepare(`INSERT INTO ${table} (rowid, words) VALUES (?, ?)`)
  let block = -1
  let text = ''
  let lastResource = 0
  const clear = (): void => {
    block = -1
    text = ''
    lastResource = 0
  }
  const flush = (): void => {
    if (block >= 0) insert.run(block, text)
    clear()
  }
  return {
    add(id, words, resource) {
      block = Math.floor(id / textBlock)
      // Neighbours mostly come of one process.
      if (resource !== lastResource) text += `${resourceWord(resource)} `
      lastResource = resource
      text += `${words}\n`
      if (id % textBlock === textBlock - 1) flush()
    },
    flush,
    clear,
  }
}

/** The first id of an entry that nobody has begun. */
export function nextBlock(id: number): number {
  return Math.ceil(id / textBlock) * textBlock
}

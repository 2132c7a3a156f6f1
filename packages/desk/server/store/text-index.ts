import type { DatabaseSync } from 'node:sqlite'
import { hasTextIndex } from '../schema/segment.ts'
import { textBlock } from '../schema/tables.ts'

/** Puts the words of lines into the full-text index, 16 lines an entry. Does nothing where there is no FTS5. */
export type TextIndex = {
  add(id: number, words: string): void
  /** Ends the entry that is being filled. The next line must begin a new one: see `nextBlock`. */
  flush(): void
  clear(): void
}

export function createTextIndex(database: DatabaseSync): TextIndex {
  if (!hasTextIndex(database)) return { add: () => {}, flush: () => {}, clear: () => {} }
  const insert = database.prepare('INSERT INTO log_text (rowid, words) VALUES (?, ?)')
  let block = -1
  let text = ''
  const flush = (): void => {
    if (block >= 0) insert.run(block, text)
    block = -1
    text = ''
  }
  return {
    add(id, words) {
      block = Math.floor(id / textBlock)
      text += `${words}\n`
      if (id % textBlock === textBlock - 1) flush()
    },
    flush,
    clear() {
      block = -1
      text = ''
    },
  }
}

/** The first id of an entry that nobody has begun. */
export function nextBlock(id: number): number {
  return Math.ceil(id / textBlock) * textBlock
}

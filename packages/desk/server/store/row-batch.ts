import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** Inserts rows of one table, many with a statement: each statement looks for its place in the table and in every index anew. */
export type RowBatch = {
  /** The values in the order of the columns. Bytes must stay as they are until {@link rowsPerStatement} more rows were added. */
  add(row: readonly SQLInputValue[]): void
  /** Writes what waits. */
  flush(): void
  clear(): void
}

export const rowsPerStatement = 16

/** `columns`: their names, with commas between them. */
export function createRowBatch(database: DatabaseSync, table: string, columns: string): RowBatch {
  const width = columns.split(',').length
  const marks = `(${Array(width).fill('?').join()})`
  // Of what may only abort, SQLite first copies each page that many rows of a statement change.
  const insert = `INSERT OR ROLLBACK INTO ${table} (${columns}) VALUES `
  const one = database.prepare(insert + marks)
  const many = database.prepare(insert + Array(rowsPerStatement).fill(marks).join())
  const values: SQLInputValue[] = Array(rowsPerStatement * width).fill(null)
  let length = 0
  return {
    add(row) {
      for (let column = 0; column < width; column++) values[length++] = row[column]!
      if (length < values.length) return
      length = 0
      // `get` is `run` without an object that says what changed: 0.2 µs.
      many.get(...values)
    },
    flush() {
      for (let at = 0; at < length; at += width) one.get(...values.slice(at, at + width))
      length = 0
    },
    clear() {
      length = 0
    },
  }
}

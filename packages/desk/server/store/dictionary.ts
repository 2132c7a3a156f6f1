import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/**
 * Rows that recur, by their text: resources, scopes, names of spans. An id is looked up in memory, then in the table,
 * and is new only when both lack it.
 */
export type Dictionary = {
  /** `key` tells rows apart; `columns` are the values of a new one. */
  idOf(key: string, columns: readonly SQLInputValue[]): number
  /** After a rollback: what is in memory may not be in the table. */
  forget(): void
}

const maxRemembered = 20_000
/** Characters of all keys. */
const maxRememberedLength = 16_000_000

export function createDictionary(
  database: DatabaseSync,
  table: string,
  columns: readonly string[],
): Dictionary {
  const unique = columns.map((column) => `${column} = ?`).join(' AND ')
  const find = database.prepare(`SELECT id FROM ${table} WHERE ${unique}`)
  const marks = columns.map(() => '?').join()
  const insert = database.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${marks})`)
  const remembered = new Map<string, number>()
  let length = 0
  const forget = (): void => {
    remembered.clear()
    length = 0
  }
  return {
    idOf(key, values) {
      const known = remembered.get(key)
      if (known !== undefined) return known
      const id = Number(find.get(...values)?.id ?? insert.run(...values).lastInsertRowid)
      if (remembered.size >= maxRemembered || length + key.length > maxRememberedLength) forget()
      remembered.set(key, id)
      length += key.length
      return id
    },
    forget,
  }
}

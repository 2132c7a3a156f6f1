import type { SqlValue } from './open-segments.ts'
import { around, type Condition } from './search-sql-condition.ts'

/** The first column of a statement's first row, on the segment that will be searched. */
export type Ask = (sql: string, parameters: SqlValue[]) => number

/** `IN (…)` for the resources of the segment that match; `undefined` when it has none of them. */
export function resourcesWith(matching: Condition, ask: Ask): Condition | undefined {
  return rowsWith('resource', matching, ask)
}

/** The same for names of spans. */
export function namesWith(matching: Condition, ask: Ask): Condition | undefined {
  return rowsWith('name', matching, ask)
}

// Both tables are small, and most segments can be told apart by them at once.
function rowsWith(table: 'resource' | 'name', matching: Condition, ask: Ask): Condition | undefined {
  const found = ask(
    `SELECT EXISTS (SELECT 1 FROM ${table} WHERE ${matching.sql}) AS found`,
    matching.parameters,
  )
  return found === 0 ? undefined : around(`IN (SELECT id FROM ${table} WHERE `, matching, ')')
}

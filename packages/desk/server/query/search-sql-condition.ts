import type { SqlValue } from './open-segments.ts'

/** A condition of a WHERE clause. Texts of users are never in `sql`, only in `parameters`, in the order of its `?`. */
export type Condition = { sql: string; parameters: SqlValue[] }

export function condition(sql: string, ...parameters: SqlValue[]): Condition {
  return { sql, parameters }
}

export const never: Condition = condition('0')
export const always: Condition = condition('1')

export function all(conditions: Condition[]): Condition {
  return joined(conditions, ' AND ', always)
}

export function any(conditions: Condition[]): Condition {
  return joined(
    conditions.filter((one) => one !== never),
    ' OR ',
    never,
  )
}

/** Also true where the condition is unknown, such as for a line without that attribute. */
export function not({ sql, parameters }: Condition): Condition {
  return { sql: `(${sql}) IS NOT TRUE`, parameters }
}

/** `before`, the condition, `after`. */
export function around(before: string, { sql, parameters }: Condition, after: string): Condition {
  return { sql: `${before}${sql}${after}`, parameters }
}

function joined(conditions: Condition[], by: string, none: Condition): Condition {
  if (conditions.length < 2) return conditions[0] ?? none
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(by),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  }
}

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

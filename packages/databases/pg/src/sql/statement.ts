import { sanitize } from './sanitize.ts'
import { type Summary, summarize } from './summarize.ts'
import { tokenize } from './tokens.ts'

export type Statement = { summary: Summary; sanitized: string }

const MAX_TEXT_LENGTH = 8_192
const MAX_STATEMENTS = 500

const statements = new Map<string, Statement>()

/** What is known of a query's text, from its first 8,192 characters; kept for the texts that come again. */
export function statementOf(sql: string): Statement {
  const known = statements.get(sql)
  if (known) return known
  const tokens = tokenize(sql.length > MAX_TEXT_LENGTH ? sql.slice(0, MAX_TEXT_LENGTH) : sql)
  const statement = { summary: summarize(tokens), sanitized: clip(sanitize(tokens), sql) }
  if (sql.length > MAX_TEXT_LENGTH) return statement
  if (statements.size >= MAX_STATEMENTS) statements.clear()
  statements.set(sql, statement)
  return statement
}

/** The text itself, cut as `sanitized` is. */
export function clipText(sql: string): string {
  return sql.length > MAX_TEXT_LENGTH ? `${sql.slice(0, MAX_TEXT_LENGTH)}…` : sql
}

function clip(sanitized: string, sql: string): string {
  return sql.length > MAX_TEXT_LENGTH ? `${sanitized}…` : sanitized
}

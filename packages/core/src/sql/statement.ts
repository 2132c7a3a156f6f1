import { type Summary, summarize } from './summarize.ts'
import { type Dialect, type Token, tokenize } from './tokens.ts'

/** What a text does, and the text without any value: `sanitized`, at most 8,192 characters. */
export type Statement = { summary: Summary; sanitized: string }

const maxTextLength = 8_192
const maxStatements = 500

const statementsOf: Readonly<Record<Dialect, Map<string, Statement>>> = {
  postgresql: new Map(),
  mysql: new Map(),
}

/** What is known of a query's text, from its first 8,192 characters; kept for the last 500 texts that come again. Never throws. */
export function statementOf(sql: string, dialect: Dialect): Statement {
  const statements = statementsOf[dialect]
  const known = statements.get(sql)
  if (known) return known
  const tokens = tokenize(sql.length > maxTextLength ? sql.slice(0, maxTextLength) : sql, dialect)
  const statement = { summary: summarize(tokens), sanitized: clip(sanitize(tokens), sql) }
  if (sql.length > maxTextLength) return statement
  if (statements.size >= maxStatements) statements.clear()
  statements.set(sql, statement)
  return statement
}

/** The text itself, cut as `sanitized` is. */
export function clipText(sql: string): string {
  return sql.length > maxTextLength ? `${sql.slice(0, maxTextLength)}…` : sql
}

function clip(sanitized: string, sql: string): string {
  return sql.length > maxTextLength ? `${sanitized}…` : sanitized
}

/**
 * The text with every string, number and dollar-quoted body as `?` and without comments: no value of a user is left
 * in it. Parameters (`$1`) and identifiers stay.
 */
export function sanitize(tokens: readonly Token[]): string {
  return tokens.map(sanitizeToken).join('').trim()
}

function sanitizeToken({ kind, text }: Token): string {
  if (kind === 'literal') return '?'
  return kind === 'comment' ? ' ' : text
}

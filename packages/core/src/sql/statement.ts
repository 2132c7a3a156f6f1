import type { Attributes } from '@opentelemetry/api'
import { type Summary, summarize } from './summarize.ts'
import { type Dialect, type Token, tokenize } from './tokens.ts'

/** What a text does, and the text without any value: `sanitized`, at most 8,192 characters. */
export type Statement = { summary: Summary; sanitized: string; hasComment: boolean }

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
  const hasComment = tokens.some(({ kind }) => kind === 'comment')
  const statement = { summary: summarize(tokens), sanitized: clip(sanitize(tokens), sql), hasComment }
  if (sql.length > maxTextLength) return statement
  if (statements.size >= maxStatements) statements.clear()
  statements.set(sql, statement)
  return statement
}

/**
 * Name and attributes of a query's span, by the semantic conventions. A text that is sent with values of its own
 * (`isParameterized`) is shown as it is written, any other without its literals: they may be anything. What is no string has a
 * name alone.
 */
export function describeStatement(
  sql: unknown,
  isParameterized: boolean,
  dialect: Dialect,
): { name: string; attributes: Attributes } {
  const attributes: Attributes = { 'db.system.name': dialect }
  if (typeof sql !== 'string') return { name: dialect, attributes }
  const { summary, sanitized } = statementOf(sql, dialect)
  attributes['db.query.text'] = isParameterized ? clipText(sql) : sanitized
  if (summary.text) attributes['db.query.summary'] = summary.text
  if (summary.operation) attributes['db.operation.name'] = summary.operation
  if (summary.collection) attributes['db.collection.name'] = summary.collection
  if (summary.statements > 1) attributes['db.operation.batch.size'] = summary.statements
  return { name: summary.text || dialect, attributes }
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

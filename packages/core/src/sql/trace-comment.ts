import type { Span } from '@opentelemetry/api'
import { formatTraceparent } from '../context/request-context.ts'
import { guard } from '../process/report.ts'
import { statementOf } from './statement.ts'
import type { Dialect } from './tokens.ts'

/** What a tracestate may have is longer than any that is seen; one that is longer is not written. */
const maxStateLength = 512
/** Of a longer text it is not known whether what looks like a comment is one. */
const maxReadLength = 8_192

/**
 * The text of a query with the ids of its span in a comment at its end, before a `;` there, as `traceparent='00-…-01'` and, if
 * there is one, `tracestate='…'`. A text that has a comment already, or nothing to do, is given back as it is. Never throws.
 * https://google.github.io/sqlcommenter/spec/
 */
export function addTraceComment(sql: string, span: Span, dialect: Dialect): string {
  return guard(
    'commenting a query',
    () => {
      const end = endOfText(sql)
      if (end === 0 || mayHaveComment(sql, dialect)) return sql
      return `${sql.slice(0, end)} /*${commentOf(span)}*/${sql.slice(end)}`
    },
    sql,
  )
}

/** What the application gave as a query, with another value of one property: its own object stays as it is. */
export function copyWith(query: object, name: string, value: unknown): object {
  const properties = Object.getOwnPropertyDescriptors(query)
  const property = { value, writable: true, enumerable: true, configurable: true }
  return Object.create(Object.getPrototypeOf(query), { ...properties, [name]: property }) as object
}

function commentOf(span: Span): string {
  const context = span.spanContext()
  const traceparent = `traceparent='${formatTraceparent(context)}'`
  const state = context.traceState?.serialize()
  if (!state || state.length > maxStateLength) return traceparent
  return `${traceparent},tracestate='${encodeURIComponent(state).replaceAll("'", "\\'")}'`
}

/** Where the semicolons and blanks at the end begin. */
function endOfText(sql: string): number {
  let end = sql.length
  while (end > 0 && ' \t\r\n\f\v;'.includes(sql[end - 1]!)) end--
  return end
}

// Most texts have none of these signs, and are not read for it.
const signs: Readonly<Record<Dialect, RegExp>> = { postgresql: /--|\/\*/, mysql: /--|\/\*|#/ }

function mayHaveComment(sql: string, dialect: Dialect): boolean {
  if (!signs[dialect].test(sql)) return false
  return sql.length > maxReadLength || statementOf(sql, dialect).hasComment
}

import { type SpanDescription, SpanKind } from '@clew/core'
import { describeParameters, describeStatement } from '@clew/core/sql'
import type { Attributes } from '@opentelemetry/api'
import type { Query } from './library.ts'

const maxDepth = 8

/** What was met on the way through a query, and the class of identifiers. */
type Walk = { parameters: number; readonly identifier: object }

/** A query that is about to begin, and its text as far as it is known then. `identifier` is the prototype of what `sql('name')` gives. */
export function describeQuery(query: Query, identifier: object): SpanDescription & { text: string } {
  const walk = { parameters: query.strings.length > 1 ? 0 : query.args.length, identifier }
  const text = textOf(query, walk, 0)
  const { name, attributes } = describeStatement(text || undefined, walk.parameters > 0, 'postgresql')
  return { name, kind: SpanKind.CLIENT, attributes, describeError, text }
}

/** What of it was not known then, such as the columns that `sql(…)` stands for; undefined: nothing, or it was never sent. */
export function describeSent(
  { string, parameters }: Query,
  text: string,
): { name: string; attributes: Attributes } | undefined {
  if (typeof string !== 'string' || string === text) return undefined
  return describeStatement(string, Array.isArray(parameters) && parameters.length > 0, 'postgresql')
}

/** The values that it was sent with, of which postgres.js has made text by then; those of a batch are none of one statement. */
export function describeValues({ parameters }: Query, attributes: Attributes): Attributes {
  return describeParameters(parameters, attributes['db.operation.batch.size'] !== undefined)
}

/** The text with `$1` for a value and, until it is known, for what `sql(…)` makes of its columns. */
function textOf({ strings, args }: Query, walk: Walk, depth: number): string {
  return strings
    .map((part, i) => stringOf(part) + (i < strings.length - 1 ? partOf(args[i], walk, depth) : ''))
    .join('')
}

// `sql.unsafe()` takes anything that has a `toString`, which is the application's, and postgres.js calls it once.
function stringOf(part: unknown): string {
  return typeof part === 'string' ? part : ''
}

function partOf(arg: unknown, walk: Walk, depth: number): string {
  if (isFragment(arg) && depth < maxDepth) return textOf(arg, walk, depth + 1)
  if (isIdentifier(arg, walk)) return arg.value
  walk.parameters++
  return `$${walk.parameters}`
}

// By the class alone, as a value of the application may be an object of any shape and name.
function isIdentifier(arg: unknown, { identifier }: Walk): arg is { value: string } {
  if (typeof arg !== 'object' || arg === null || Object.getPrototypeOf(arg) !== identifier) return false
  return typeof (arg as { value?: unknown }).value === 'string'
}

function isFragment(arg: unknown): arg is Query {
  return arg instanceof Promise && Array.isArray((arg as Partial<Query>).strings)
}

// What the server says has a severity beside its SQLSTATE; an error of the connection has the code, and perhaps the address, of Node.
function describeError(error: unknown): Attributes | undefined {
  const { code, severity, address, port } = error as Record<string, unknown>
  if (typeof code !== 'string') return undefined
  return {
    'error.type': code,
    ...(typeof severity === 'string' && { 'db.response.status_code': code }),
    ...(typeof address === 'string' && { 'server.address': address }),
    ...(typeof port === 'number' && { 'server.port': port }),
  }
}

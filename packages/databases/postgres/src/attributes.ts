import { type SpanDescription, SpanKind } from '@clew/core'
import { describeParameters, describeStatement } from '@clew/core/sql'
import type { Attributes } from '@opentelemetry/api'
import type { Query } from './library.ts'

const maxDepth = 8

/** What was met on the way through a query, and the class of identifiers. */
type Walk = { parameters: number; readonly identifier: object }

/** What is known of a query when it begins. */
export type Description = SpanDescription & {
  /** The text, where only what is sent will tell the whole of it. */
  text: string | undefined
}

type Statement = ReturnType<typeof describeStatement>

/** Describes a query that is about to begin. `identifier` is the prototype of what `sql('name')` gives. */
export function createDescriber(identifier: object): (query: Query) => Description {
  // Of a tagged template each call has the same strings, as long as its code lives.
  const templates = new WeakMap<readonly unknown[], Statement>()
  return (query) => {
    const { strings, args } = query
    // The text of `sql.unsafe` is one whole, that of a file is yet to be read.
    if (strings.length === 1) return descriptionOf(describeParts(strings, args), undefined)
    if (strings.length === 0 || !args.every(isPrimitive)) return describeWalked(query, identifier)
    const known = templates.get(strings)
    const statement = known ?? describeParts(strings, args)
    if (!known) templates.set(strings, statement)
    return descriptionOf(statement, undefined)
  }
}

/** Only objects stand for anything else than one value: columns, names, fragments. */
function isPrimitive(arg: unknown): boolean {
  return (typeof arg !== 'object' || arg === null) && typeof arg !== 'function'
}

function describeParts(strings: readonly unknown[], args: readonly unknown[]): Statement {
  const text = strings.map((part, i) => (i > 0 ? `$${i}` : '') + stringOf(part)).join('')
  return describeStatement(text || undefined, args.length > 0, 'postgresql')
}

function describeWalked(query: Query, identifier: object): Description {
  const walk = { parameters: query.strings.length > 1 ? 0 : query.args.length, identifier }
  const text = textOf(query, walk, 0)
  return descriptionOf(describeStatement(text || undefined, walk.parameters > 0, 'postgresql'), text)
}

function descriptionOf({ name, attributes }: Statement, text: string | undefined): Description {
  return { name, kind: SpanKind.CLIENT, attributes: { ...attributes }, describeError, text }
}

/** What of it was not known then, such as the columns that `sql(…)` stands for; undefined: nothing, or it was never sent. */
export function describeSent({ string, parameters }: Query, text: string): Statement | undefined {
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

import { type SpanDescription, SpanKind } from '@clew/core'
import type { Attributes } from '@opentelemetry/api'
import type { ClientOptions, Cursor } from './library.ts'

/** What an operation works on. */
export type Target = { db: string; collection?: string | undefined; options?: ClientOptions | undefined }

/**
 * Name and attributes of one operation's span. Of filters, documents and pipelines nothing is read.
 * https://opentelemetry.io/docs/specs/semconv/database/mongodb/
 */
export function describeOperation(operation: string, { db, collection, options }: Target): SpanDescription {
  const attributes: Attributes = {
    'db.system.name': 'mongodb',
    'db.namespace': db,
    'db.operation.name': operation,
  }
  if (collection) attributes['db.collection.name'] = collection
  addServer(attributes, options)
  return { name: `${operation} ${collection ?? db}`, kind: SpanKind.CLIENT, attributes, describeError }
}

/** The command by which a cursor gets its next batch. */
export function operationOfCursor(cursor: Cursor): string {
  if (cursor.id) return 'getMore'
  const name = cursor.constructor.name.replace(/Cursor$/, '')
  if (name === 'ChangeStream' || name === 'Aggregation') return 'aggregate'
  return name.charAt(0).toLowerCase() + name.slice(1)
}

// Of a replica set or a cluster the driver chooses one later.
function addServer(attributes: Attributes, options: ClientOptions | undefined): void {
  const hosts = options?.hosts
  const first = hosts?.[0]
  if (!first || hosts.length > 1) return
  const { host, port, socketPath } = first
  const address = socketPath ?? host
  if (address) attributes['server.address'] = address
  if (port !== undefined && !socketPath) attributes['server.port'] = port
}

// What the server says has a number; an error of the connection has none.
function describeError(error: unknown): Attributes | undefined {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'number' && typeof code !== 'string') return undefined
  return { 'error.type': String(code), 'db.response.status_code': String(code) }
}

/** How many documents an outcome has, as far as it is of documents. */
export type CountRows = (outcome: unknown) => number | undefined

/** Of the outcomes of an operation. */
export function rowCounter(operation: string): CountRows {
  return operation.startsWith('findOne') ? countOne : countAll
}

/** Of a list. */
export function countAll(outcome: unknown): number | undefined {
  return Array.isArray(outcome) ? outcome.length : undefined
}

function countOne(outcome: unknown): number {
  return outcome === null ? 0 : 1
}

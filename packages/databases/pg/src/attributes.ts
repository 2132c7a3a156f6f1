import { type SpanDescription, SpanKind } from '@clew/core'
import { describeParameters, describeStatement } from '@clew/core/sql'
import type { Attributes } from '@opentelemetry/api'
import type { Client, Pool, QueryConfig } from './library.ts'

type Connection = Pick<Client, 'host' | 'port' | 'database'>

/** Name and attributes of a query's span. Values of parameters are read only where they are to be shown, else whether there are any. */
export function describeQuery(
  query: unknown,
  values: unknown,
  connection: Connection,
  areValuesShown = false,
): SpanDescription {
  const { text, values: ownValues } = (
    typeof query === 'string' ? { text: query } : (query ?? {})
  ) as QueryConfig
  const isParameterized = hasValues(values) || hasValues(ownValues)
  const { name, attributes } = describeStatement(text, isParameterized, 'postgresql')
  Object.assign(attributes, describeConnection(connection))
  if (areValuesShown && isParameterized) {
    const isBatch = attributes['db.operation.batch.size'] !== undefined
    Object.assign(attributes, describeParameters(hasValues(values) ? values : ownValues, isBatch))
  }
  return { name, kind: SpanKind.CLIENT, attributes, describeError }
}

// pg sends a text with no values as it is, so its literals may be anything.
function hasValues(values: unknown): boolean {
  return Array.isArray(values) && values.length > 0
}

/** Where a client is connected to. A folder as the host is a Unix socket and has no port. */
export function describeConnection({ host, port, database }: Connection): Attributes {
  return {
    ...(database && { 'db.namespace': database }),
    ...(host && { 'server.address': host }),
    ...(host && !host.startsWith('/') && port && { 'server.port': Number(port) }),
  }
}

/** Where a pool will connect to, as far as its options say. */
export function connectionOfPool({ options = {} }: Pool): Connection {
  const { host, port, database, connectionString } = options
  const url = connectionString && URL.canParse(connectionString) ? new URL(connectionString) : undefined
  return {
    ...((host ?? url?.hostname) && { host: host ?? url?.hostname }),
    ...((port ?? url?.port) && { port: Number(port ?? url?.port) }),
    ...((database ?? url?.pathname) && { database: database ?? url?.pathname.slice(1) }),
  } as Connection
}

// A DatabaseError has its SQLSTATE, an error of the connection the code of Node.
function describeError(error: unknown): Attributes | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  if (typeof code !== 'string') return undefined
  return { 'error.type': code, ...(severity !== undefined && { 'db.response.status_code': code }) }
}

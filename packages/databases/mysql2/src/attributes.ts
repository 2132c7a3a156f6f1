import { type SpanDescription, SpanKind } from '@clew/core'
import { describeParameters, describeStatement } from '@clew/core/sql'
import type { Attributes } from '@opentelemetry/api'
import type { Command, ConnectionConfig } from './library.ts'

/**
 * Name and attributes of a query's span. Values are read only where they are to be shown, else whether there are any.
 * https://opentelemetry.io/docs/specs/semconv/database/mysql/
 */
export function describeQuery(
  query: unknown,
  values: unknown,
  config: ConnectionConfig,
  areValuesShown: boolean,
): SpanDescription {
  const { sql, values: ownValues } = (typeof query === 'string' ? { sql: query } : (query ?? {})) as Command
  const { name, attributes } = describeStatement(sql, hasValues(values) || hasValues(ownValues), 'mysql')
  Object.assign(attributes, describeServer(config))
  if (areValuesShown) {
    const given = values === undefined || typeof values === 'function' ? ownValues : values
    Object.assign(attributes, describeParameters(given, attributes['db.operation.batch.size'] !== undefined))
  }
  return { name, kind: SpanKind.CLIENT, attributes, describeError }
}

// Without values the text is sent as it is, so its literals may be anything.
function hasValues(values: unknown): boolean {
  return typeof values === 'object' && values !== null && Object.keys(values).length > 0
}

function describeServer({ host, port, socketPath, database }: ConnectionConfig): Attributes {
  return {
    ...(database && { 'db.namespace': database }),
    ...(socketPath
      ? { 'server.address': socketPath }
      : { 'server.address': host || 'localhost', 'server.port': Number(port) || 3306 }),
  }
}

// What the server says has a number and an SQLSTATE, an error of the connection the code of Node.
function describeError(error: unknown): Attributes | undefined {
  const { code, errno, sqlState } = error as { code?: unknown; errno?: unknown; sqlState?: unknown }
  if (typeof code !== 'string') return undefined
  return { 'error.type': code, ...(sqlState !== undefined && { 'db.response.status_code': String(errno) }) }
}

// What is used of pg and pg-pool; both are public and documented, or have been since 8.0.
// https://node-postgres.com/apis/client, https://node-postgres.com/apis/pool

import type { EventEmitter } from 'node:events'

/** `(error, result)`, of a query or a connect. */
export type Callback = (error?: unknown, ...results: unknown[]) => void

export type QueryConfig = {
  text?: unknown
  name?: unknown
  values?: unknown
  callback?: unknown
}

/** The protocol of pg.Query, pg-cursor, pg-query-stream and their like: the client calls these with what it receives. */
export type Submittable = { submit: (connection: unknown) => unknown }

/** What a query is submitted to: the protocol over a socket. */
export type Connection = EventEmitter & { stream: EventEmitter }

export type Client = {
  host?: string
  port?: number
  database?: string | null
  query(...args: unknown[]): unknown
  connect(...args: unknown[]): unknown
  emit(...args: unknown[]): boolean
}

export type Pool = {
  options?: { host?: string; port?: number; database?: string; connectionString?: string }
  query(...args: unknown[]): unknown
  connect(...args: unknown[]): unknown
  newClient(...args: unknown[]): unknown
  emit(...args: unknown[]): boolean
}

/** The exports of pg. */
export type Pg = {
  Client: { prototype: Client }
  Pool: { prototype: Pool }
  Query: { prototype: object & { submit?: unknown } }
}

export function isSubmittable(query: unknown): query is Submittable {
  return typeof (query as Submittable | null | undefined)?.submit === 'function'
}

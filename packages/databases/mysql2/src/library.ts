// What is used of mysql2, 2 and 3: its classes Connection and Pool.
// https://sidorares.github.io/node-mysql2/docs

/** A query or an execution that is under way: an event emitter, with a callback where the application gave one. */
export type Command = {
  sql?: unknown
  values?: unknown
  onResult?: Callback | undefined
  emit(name: string, ...args: unknown[]): boolean
  listenerCount(name: string): number
}

export type Callback = (this: unknown, error: unknown, ...results: unknown[]) => unknown

export type ConnectionConfig = {
  host?: string | undefined
  port?: number | string | undefined
  socketPath?: string | undefined
  database?: string | undefined
}

type Method = (...args: unknown[]) => unknown

export type Connection = Record<
  'query' | 'execute' | 'prepare' | 'ping' | 'changeUser' | 'end' | 'emit',
  Method
> & { config: ConnectionConfig }

/** What `prepare` gives, with the text that it was made of. */
export type PreparedStatement = { query: string; execute: Method }

export type ConnectionClass = { prototype: Connection }

export type PoolClass = { prototype: Record<'getConnection' | 'emit', Method> }

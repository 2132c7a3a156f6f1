// What is used of ioredis, 5.0 to 6: its exported classes Redis, Cluster, Pipeline and Command.
// https://redis.github.io/ioredis/

export type Command = {
  name: string
  args: readonly unknown[]
  getKeys(): readonly unknown[]
  /** Set by the constructor; the client calls one of them with the reply, after any redirection of a cluster. */
  resolve(reply: unknown): unknown
  reject(error: unknown): unknown
}

/** A Redis or a Cluster; only the first has an address and a database of its own. */
export type Connection = {
  isCluster?: boolean
  options: { host?: string; port?: number; path?: string | null; db?: number }
  condition?: { select?: number } | null
  sendCommand(command: Command, stream?: unknown, ...rest: unknown[]): unknown
  connect(...args: unknown[]): unknown
  emit(...args: unknown[]): boolean
}

/** The commands of one `pipeline()` or `multi()`, or those that auto-pipelining sends together. */
export type Pipeline = {
  sendCommand(command: Command): unknown
  /** Called once with `[error, reply]` of each command. */
  resolve(results: unknown): unknown
  reject(error: unknown): unknown
}

/** The exports of ioredis. */
export type Ioredis = {
  Redis: { prototype: Connection }
  Cluster: { prototype: Connection }
  Pipeline: { prototype: Pipeline }
}

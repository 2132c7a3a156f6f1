// What is used of postgres.js 3. Its classes are not exported: the first query leads to them.
// https://github.com/porsager/postgres

/** A query, a fragment of one, or an execution that is under way: a promise that begins its work when somebody asks for it. */
export type Query = {
  /** The parts of the text as the application wrote it, between the `args`; of `sql.unsafe` one, which is whatever it was given. */
  strings: readonly unknown[]
  args: readonly unknown[]
  /** What is sent, once it was put together. */
  string?: unknown
  parameters?: unknown
  /** What its connection makes of it when it is sent; one without a name is not prepared. */
  statement?: { string?: unknown; name?: unknown } | null
  cancelled: unknown
  /** Whether the work has begun. */
  executed: boolean
  /** The connection calls one of them with the outcome; for a COPY first with its stream. The iterator of a cursor replaces them for each step. */
  resolve(this: void, value: unknown): unknown
  reject(this: void, error: unknown): unknown
  /** Of a COPY. */
  streaming?: boolean
  forEachFn?: Method
  cursorFn?: Method
  /** Begins the work, unless it has begun. */
  handle(): unknown
}

export type Method = (this: unknown, ...args: never[]) => unknown

type Sql = { (name: string): object; unsafe(text: string): Query }

/** The default export, in CommonJS the exports themselves. */
export type Postgres = (options: object) => Sql

/** The classes of this copy of postgres.js: of a query that is never sent, and of what `sql('name')` gives, of a pool without connections. */
export function prototypesOf(postgres: Postgres): { query: Query; identifier: object } {
  // Whatever the environment says would be read for what is not given.
  const place = { host: 'localhost', port: 5432, database: 'none', user: 'nobody', pass: 'none' }
  const sql = postgres({ ...place, max: 0, target_session_attrs: 'read-write' })
  return {
    query: Object.getPrototypeOf(sql.unsafe('')) as Query,
    identifier: Object.getPrototypeOf(sql('name')) as object,
  }
}

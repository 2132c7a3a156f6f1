// What is used of mongodb, 6 and 7: its exported classes.
// https://mongodb.github.io/node-mongodb-native/

type Host = { host?: string; port?: number; socketPath?: string }

/** In 6.0 each look at them makes a copy of all. */
export type ClientOptions = { readonly hosts?: readonly Host[]; readonly autoEncryption?: unknown }

export type Client = { readonly options?: ClientOptions }

export type Session = { readonly client?: Client }

export type Collection = {
  readonly dbName: string
  readonly collectionName: string
  readonly client?: Client
}

export type Db = { readonly databaseName: string; readonly client?: Client }

export type Cursor = {
  /** Undefined until the first batch has come, zero when no other one will. */
  readonly id?: { isZero(): boolean } | null
  readonly closed: boolean
  readonly namespace: { readonly db: string; readonly collection?: string }
  readonly client?: Client
  bufferedCount(): number
}

export type Bulk = { readonly collection?: Collection }

/** The exports of mongodb. */
export type Mongodb = Record<
  | 'MongoClient'
  | 'Collection'
  | 'Db'
  | 'AbstractCursor'
  | 'ClientSession'
  | 'OrderedBulkOperation'
  | 'UnorderedBulkOperation',
  { prototype: object }
>

/** What is used of winston's objects. https://github.com/winstonjs/winston/blob/v3.19.0/lib/winston/logger.js */

// The symbols of triple-beam, under which winston and logform keep the raw level, the printed line and the arguments.
export const levelKey: unique symbol = Symbol.for('level') as never
export const messageKey: unique symbol = Symbol.for('message') as never
export const splatKey: unique symbol = Symbol.for('splat') as never

/** Under which an entry that is an event has its name, as long as winston has it. */
export const eventKey: unique symbol = Symbol.for('clew.event') as never

/** One log entry: winston's own object, or the very object that the user handed to the logger. */
export type Info = {
  [key: string]: unknown
  [levelKey]?: string
  [messageKey]?: unknown
  [splatKey]?: unknown
  [eventKey]?: string
}

export type Transport = {
  level?: string
  parent?: Logger | null
  /** Of a File transport that opens its file itself. */
  filename?: unknown
  /** Where a Stream transport writes to. */
  _stream?: unknown
}

type Callback = (error?: Error | null) => void

/** The prototype's methods, and what an instance has of its own. */
export type Logger = {
  level: string
  levels: Readonly<Record<string, number>>
  silent?: boolean
  transports: readonly Transport[]
  /** Of the stream: its transports, one by itself. */
  _readableState?: { pipes?: Transport | readonly Transport[] | null }
  log(...args: unknown[]): Logger
  write(info: unknown, encoding?: unknown, callback?: unknown): boolean
  _transform(info: Info, encoding: string, callback: Callback): void
  push(formatted: unknown, encoding?: string): boolean
  _addDefaultMeta(info: unknown): void
}

export type Winston = {
  exceptions: { logger: Logger }
  transports: Readonly<Record<'Console' | 'File' | 'Stream', unknown>>
}

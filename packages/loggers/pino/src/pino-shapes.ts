/** What is used of pino's objects. https://github.com/pinojs/pino/blob/v10.4.0/lib/proto.js */

/** Names to functions; pino asks for each key of a line, so the names of Object.prototype are there too in pino 9. */
export type Functions = Record<
  string | symbol,
  ((value: unknown, stringifySafe?: unknown) => unknown) | undefined
>

export type Formatters = { log?: ((object: object) => object) | undefined }

export type Hooks = { streamWrite?: ((line: string) => string) | undefined }

export type Levels = {
  /** Names by number. */
  readonly labels: Readonly<Record<number, string>>
  /** Numbers by name. */
  readonly values: Readonly<Record<string, number>>
}

/** A logger: the one that `pino()` made, or a child, which inherits from its parent. */
export type Logger = { readonly levels: Levels; [key: symbol]: unknown }

/** Makes the line of what `write` was given. `time` is a piece of JSON that begins with a comma, or nothing. */
export type AsJson = (this: Logger, object: object, message: unknown, level: number, time: string) => string

export type SetLevel = (this: Logger, level: unknown) => void

/** The prototype of all loggers of one copy of pino; the names stand for its symbols. */
export type LoggerPrototype = { asJson: AsJson; setLevel: SetLevel }

/** The symbols that pino publishes for its own parts, of which each copy has its own. */
export type Symbols = {
  readonly [Name in
    | 'asJsonSym'
    | 'writeSym'
    | 'setLevelSym'
    | 'chindingsSym'
    | 'serializersSym'
    | 'stringifiersSym'
    | 'stringifySafeSym'
    | 'redactFmtSym'
    | 'wildcardFirstSym'
    | 'formattersSym'
    | 'hooksSym'
    | 'messageKeySym'
    | 'errorKeySym'
    | 'nestedKeySym']: symbol
}

export type Pino = {
  (options: object, stream: object): Logger
  readonly symbols: Symbols
  readonly stdSerializers: { readonly err: unknown }
}

import { isError } from '@clew/core'
import { type LoggerState, stateOf } from './bindings.ts'
import type { Formatters, Functions, Logger, Pino, Symbols } from './pino-shapes.ts'

export type Values = Record<string, unknown>

/** One line before it is printed. */
export type Entry = {
  readonly state: LoggerState
  /** Under which the values stand; null: among the others. */
  readonly nestedKey: string | null
  /** Who prints it: the logger, or its stand-in. */
  printer: Logger
  /** What is printed of the object and the message. */
  printed: Values
  printedMessage: unknown
  /** The same as values, for the record. */
  values: Values
  message: unknown
}

/**
 * Reads what a logger is about to print. Each property is read once, and each formatter, serializer and redactor of the
 * application runs once: here, and then not when pino prints. What they throw is the application's.
 */
export function readEntry(pino: Pino, logger: Logger, given: object, message: unknown): Entry {
  const { symbols } = pino
  const state = stateOf(logger, symbols)
  const format = (logger[symbols.formattersSym] as Formatters).log
  const values: Values = { ...(format ? formatObject(logger, symbols, given) : given) }
  const nestedKey = logger[symbols.nestedKeySym] as string | null
  const entry = {
    state,
    nestedKey,
    printer: logger,
    printed: values,
    printedMessage: message,
    values,
    message,
  }
  const stringifiers = logger[symbols.stringifiersSym] as Functions
  const redacts = stringifiers[symbols.redactFmtSym] !== undefined
  // A formatter may give what must not be formatted again.
  if (format || redacts || needsSerializing(pino, logger, values, message))
    serialize(pino, logger, entry, redacts ? stringifiers : none)
  return entry
}

const none: Functions = Object.create(null) as Functions

function formatObject(logger: Logger, { formattersSym }: Symbols, given: object): object {
  return (logger[formattersSym] as Required<Formatters>).log!(given)
}

/** Whether pino would call a function of the application for one of the values. That for errors is pino's own, mostly, and left to it. */
function needsSerializing(
  { symbols, stdSerializers }: Pino,
  logger: Logger,
  values: Values,
  message: unknown,
): boolean {
  const serializers = logger[symbols.serializersSym] as Functions
  const errorKey = logger[symbols.errorKeySym] as string
  for (const key in values) {
    const value = values[key]
    if (typeof value === 'function') values[key] = undefined
    const serializer = serializers[key] || (key === errorKey ? serializers.err : undefined)
    if (serializer && value !== undefined && !(serializer === stdSerializers.err && isError(value)))
      return true
  }
  return message !== undefined && Boolean(serializers[logger[symbols.messageKeySym] as string])
}

/** Does what pino would do to each value, and lets the stand-in print what came of it as it is. */
function serialize(pino: Pino, logger: Logger, entry: Entry, redactors: Functions): void {
  const { symbols } = pino
  const own = ownFunctions(pino, logger, redactors)
  const { values } = entry
  const printed: Values = { ...values }
  for (const key of Object.keys(values)) {
    const value = values[key]
    if (value === undefined) continue
    const serializer = own.serializerOf(key)
    const shown = serializer === undefined ? value : serializer(value)
    const redactor = own.redactorOf(key)
    if (typeof shown === 'function') printed[key] = values[key] = undefined
    else if (redactor && shown !== undefined) {
      printed[key] = own.redact(redactor, shown)
      values[key] = parseText(printed[key])
    } else {
      printed[key] = shown
      values[key] = isError(value) && own.isStandard(key) ? value : shown
    }
  }
  entry.printed = printed
  entry.printer = entry.state.standIn ??= createStandIn(logger, symbols, redactors)
  if (entry.message !== undefined) serializeMessage(entry, own, logger[symbols.messageKeySym] as string)
}

function serializeMessage(entry: Entry, own: OwnFunctions, messageKey: string): void {
  const serializer = own.serializerOf(messageKey, '')
  const shown = serializer === undefined ? entry.message : serializer(entry.message)
  const redactor = typeof shown === 'function' ? undefined : own.redactorOf(messageKey)
  if (!redactor) entry.printedMessage = entry.message = shown
  else {
    const text = own.redact(redactor, shown)
    // Where nothing is left of it, pino prints the word.
    entry.printedMessage = String(text)
    entry.message = parseText(text)
  }
}

type Redactor = NonNullable<Functions[string]>

/** The application's functions, found and called as pino does. */
type OwnFunctions = {
  serializerOf(key: string, errorKey?: string): ((value: unknown) => unknown) | undefined
  /** Whether it is the one that pino has for errors: of those the record says more. */
  isStandard(key: string): boolean
  redactorOf(key: string): Redactor | undefined
  /** The JSON of what is left of a value; undefined for nothing. */
  redact(redactor: Redactor, value: unknown): unknown
}

function ownFunctions({ symbols, stdSerializers }: Pino, logger: Logger, redactors: Functions): OwnFunctions {
  const serializers = logger[symbols.serializersSym] as Functions
  const ownErrorKey = logger[symbols.errorKeySym] as string
  const nameOf = (key: string, errorKey: string): string =>
    !serializers[key] && key === errorKey ? 'err' : key
  return {
    serializerOf: (key, errorKey = ownErrorKey) => {
      const name = nameOf(key, errorKey)
      // As a method: a serializer may ask for its neighbours by `this`.
      return serializers[name] ? (value) => serializers[name]!(value) : undefined
    },
    isStandard: (key) => serializers[nameOf(key, ownErrorKey)] === stdSerializers.err,
    redactorOf: (key) => redactors[key] || redactors[symbols.wildcardFirstSym],
    redact: (redactor, value) => {
      if (typeof value === 'object' || typeof value === 'bigint' || typeof value === 'symbol')
        return redactor(value, logger[symbols.stringifySafeSym])
      return redactor(typeof value === 'number' && !Number.isFinite(value) ? null : value)
    },
  }
}

function createStandIn(logger: Logger, symbols: Symbols, redactors: Functions): Logger {
  const asIs = redactors === none ? undefined : asIsFor(redactors)
  return Object.create(logger, {
    [symbols.serializersSym]: { value: none },
    [symbols.formattersSym]: { value: none },
    ...(asIs && { [symbols.stringifiersSym]: { value: asIs } }),
  }) as Logger
}

/** In the place of redactors that have run: of them comes JSON, which pino prints as it is. */
function asIsFor(redactors: Functions): Functions {
  const names = Reflect.ownKeys(redactors).map((name) => [name, (text: unknown) => text] as const)
  return Object.assign(Object.create(null), Object.fromEntries(names)) as Functions
}

function parseText(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

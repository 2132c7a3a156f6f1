import {
  activeContext,
  notePrinted,
  report,
  reportThrown,
  type Stop,
  spanContextOf,
  traceFlagsText,
  unixNowMs,
  wrapMethod,
} from '@clew/core'
import type { SpanContext } from '@opentelemetry/api'
import { type Entry, readEntry } from './entry.ts'
import { levelOf } from './levels.ts'
import type { AsJson, Hooks, Logger, LoggerPrototype, Pino, SetLevel } from './pino-shapes.ts'
import { type Call, sendRecord } from './record.ts'
import { awaitLine, watchStreamWrite } from './stream-write.ts'

/** What is done with the lines of the loggers that are attached to. */
export type LoggerSeam = {
  /** Put the trace fields on each line. */
  stamps: boolean
  /** Send each line as a record. */
  sends: boolean
  /** The mildest severity that is sent. */
  leastSeverity: number
}

const owner = '@clew/pino'

type Loggers = { readonly pino: Pino; readonly knowsStreamWrite: boolean }

/**
 * Attaches to the method through which every line of every logger of this copy of pino goes: `asJson`, which makes the line
 * of the object, the message and the logger's bindings. `write`, which calls it, is left alone: a mixin that looks for the caller of
 * the logger counts its frames.
 */
export function attachToPino(seam: LoggerSeam, pino: Pino): Stop[] {
  const { asJsonSym, writeSym, setLevelSym, hooksSym } = pino.symbols
  const prototype = asJsonSym && loggerPrototype(pino, asJsonSym)
  if (!prototype) {
    report('CLEW_PATCH_MISSING', `${owner}: pino has no symbol of asJson to attach to`)
    return []
  }
  // Early versions of pino 9 have no such hook.
  const knowsStreamWrite = String(prototype[writeSym as never]).includes('streamWrite')
  const loggers = { pino, knowsStreamWrite }
  return [
    wrapMethod(owner, prototype, setLevelSym as never as 'setLevel', (setLevel) =>
      wrapSetLevel(seam, hooksSym, setLevel),
    ),
    wrapMethod(owner, prototype, asJsonSym as never as 'asJson', (asJson) =>
      wrapAsJson(seam, loggers, asJson),
    ),
    () => {
      seam.stamps = seam.sends = false
    },
  ]
}

/** The prototype of all loggers, which pino does not export: that of a logger that nobody uses. */
function loggerPrototype(pino: Pino, asJson: symbol): LoggerPrototype | undefined {
  const logger: object = pino({ level: 'silent', base: null }, { write: () => {} })
  for (let found = logger; found; found = Object.getPrototypeOf(found))
    if (Object.hasOwn(found, asJson)) return found as LoggerPrototype
  return undefined
}

/** Called for each logger that `pino()` makes, before it logs, and by no log call: what looks for its caller finds it where it was. */
function wrapSetLevel(seam: LoggerSeam, hooksSym: symbol, original: SetLevel): SetLevel {
  return function (this: Logger, level) {
    if (seam.sends) watchStreamWrite(this, hooksSym)
    return original.call(this, level)
  }
}

function wrapAsJson(seam: LoggerSeam, loggers: Loggers, original: AsJson): AsJson {
  const { pino } = loggers
  return function (this: Logger, object, message, level, time) {
    if (typeof object !== 'object' || object === null || !(seam.stamps || seam.sends))
      return original.call(this, object, message, level, time)
    const context = activeContext()
    const span = spanContextOf(context)
    // Here the application's own functions run: what they throw is thrown to whoever logs, as without us.
    const entry = readEntry(pino, this, object, message)
    const stamp = seam.stamps && span !== undefined && !hasIds(entry) ? stampOf(span) : ''
    const line = original.call(entry.printer, entry.printed, entry.printedMessage, level, time + stamp)
    if (seam.sends) handOver(seam, loggers, this, entry, { context, span, level, line })
    if (seam.sends) notePrinted(line)
    return line
  }
}

function hasIds({ state, values, nestedKey }: Entry): boolean {
  if (state.hasIds) return true
  return !nestedKey && (values.trace_id !== undefined || values.span_id !== undefined)
}

let stampedSpan: SpanContext | undefined
let stampText = ''

/** A piece of JSON as the time is, behind which pino goes on. A request often logs more than once, so the last one's is kept. */
function stampOf(span: SpanContext): string {
  if (span !== stampedSpan) {
    stampedSpan = span
    const [traceId, spanId] = [JSON.stringify(span.traceId), JSON.stringify(span.spanId)]
    stampText = `,"trace_id":${traceId},"span_id":${spanId},"trace_flags":"${traceFlagsText(span)}"`
  }
  return stampText
}

type Printed = Pick<Call, 'context' | 'span'> & { level: number; line: string }

function handOver(
  { leastSeverity }: LoggerSeam,
  { pino, knowsStreamWrite }: Loggers,
  logger: Logger,
  entry: Entry,
  { context, span, level: number, line }: Printed,
): void {
  try {
    const { messageKeySym, errorKeySym, hooksSym } = pino.symbols
    const level = levelOf(logger.levels, number)
    if (level.severity < leastSeverity) return
    const call: Call = {
      context,
      span,
      timeUnixMs: unixNowMs(),
      level,
      messageKey: logger[messageKeySym] as string,
      errorKey: logger[errorKeySym] as string,
      nestedKey: entry.nestedKey,
    }
    if (knowsStreamWrite && (logger[hooksSym] as Hooks).streamWrite !== undefined)
      awaitLine(call, line, logger, hooksSym)
    else sendRecord(call, entry.state.attributes, entry.values, entry.message, line)
  } catch (error) {
    reportThrown('pino record', error)
  }
}

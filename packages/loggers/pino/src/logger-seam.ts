import {
  activeContext,
  isPrinting,
  report,
  reportThrown,
  type Stop,
  setPrinting,
  spanContextOf,
  traceFlagsText,
  unixNowMs,
  wrapMethod,
} from '@clew/core'
import type { SpanContext } from '@opentelemetry/api'
import { type Entry, readEntry } from './entry.ts'
import { levelOf } from './levels.ts'
import type { AsJson, Hooks, Logger, LoggerPrototype, Pino, Symbols, Write } from './pino-shapes.ts'
import { type Call, sendRecord } from './record.ts'
import { awaitLine, sendAwaited, watchStreamWrite } from './stream-write.ts'

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

/**
 * Attaches to the two methods through which every line of every logger of this copy of pino goes: `write`, which runs the mixin,
 * and in it `asJson`, which makes the line of the object, the message and the logger's bindings.
 */
export function attachToPino(seam: LoggerSeam, pino: Pino): Stop[] {
  const { asJsonSym, writeSym } = pino.symbols
  const prototype = asJsonSym && loggerPrototype(pino, asJsonSym)
  if (!prototype) {
    report('CLEW_PATCH_MISSING', `${owner}: pino has no symbol of asJson to attach to`)
    return []
  }
  return [
    wrapMethod(owner, prototype, writeSym as never as 'write', (write) =>
      wrapWrite(seam, pino.symbols, write),
    ),
    wrapMethod(owner, prototype, asJsonSym as never as 'asJson', (asJson) => wrapAsJson(seam, pino, asJson)),
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

function wrapWrite(seam: LoggerSeam, { hooksSym }: Symbols, original: Write): Write {
  return function (this: Logger, object, message, level) {
    const hooks = this[hooksSym] as Hooks | undefined
    const cuts = hooks?.streamWrite !== undefined && seam.sends
    if (cuts) watchStreamWrite(this, hooksSym, hooks)
    const before = isPrinting()
    const wasWriting = isWriting
    isWriting = true
    try {
      original.call(this, object, message, level)
    } finally {
      isWriting = wasWriting
      setPrinting(before)
    }
    // Early versions of pino 9 know no such hook.
    if (cuts) sendAwaited()
  }
}

function wrapAsJson(seam: LoggerSeam, pino: Pino, original: AsJson): AsJson {
  return function (this: Logger, object, message, level, time) {
    if (typeof object !== 'object' || object === null || !(seam.stamps || seam.sends))
      return original.call(this, object, message, level, time)
    const context = activeContext()
    const span = spanContextOf(context)
    // Here the application's own functions run: what they throw is thrown to whoever logs, as without us.
    const entry = readEntry(pino, this, object, message)
    const stamp = seam.stamps && span !== undefined && !hasIds(entry) ? stampOf(span) : ''
    const line = original.call(entry.printer, entry.printed, entry.printedMessage, level, time + stamp)
    if (seam.sends) handOver(seam, pino.symbols, this, entry, { context, span, level, line })
    // From here on to the end of `write`, which ends it.
    if (isWriting) setPrinting(seam.sends)
    return line
  }
}

/** Whether `write` is at work, and not somebody who wants a line alone. */
let isWriting = false

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
  { messageKeySym, errorKeySym, hooksSym }: Symbols,
  logger: Logger,
  entry: Entry,
  { context, span, level: number, line }: Printed,
): void {
  try {
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
    const send = (): void => sendRecord(call, entry.state.attributes, entry.values, entry.message, line)
    if ((logger[hooksSym] as Hooks | undefined)?.streamWrite !== undefined) awaitLine(call, line, send)
    else send()
  } catch (error) {
    reportThrown('pino record', error)
  }
}

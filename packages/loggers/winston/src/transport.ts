import { activeContext, guard, rootContext, runInContext, spanContextOf } from '@clew/core'
import winston from 'winston'
import { type LogCall, openLogCall, stampInfo } from './log-call.ts'
import { attachToLogger, isAttached, loggerSeam } from './logger-seam.ts'
import { sendRecord } from './record.ts'
import type { Info, Logger, Transport, Winston } from './winston-shapes.ts'

/** `format` is missing on purpose: the record is made of the entry as the logger's own formats leave it. */
export type ClewTransportOptions = Pick<
  winston.transport.TransportStreamOptions,
  'level' | 'silent' | 'handleExceptions' | 'handleRejections'
>

// Exported under this name by every winston 3; its types say `transport`.
const TransportStream: new (options?: ClewTransportOptions) => winston.transport = (
  winston as unknown as { Transport: typeof TransportStream }
).Transport

/**
 * Sends each entry of a logger as a log record, in the context of the log call: for applications without the preload,
 * such as bundled ones. Beside a running winstonInstrumentation it sends only what that does not. Never throws.
 *
 * @example
 * const logger = winston.createLogger({ format: clewFormat(), transports: [new ClewTransport()] })
 */
export class ClewTransport extends TransportStream {
  constructor({ level, silent, handleExceptions, handleRejections }: ClewTransportOptions = {}) {
    super(definedOf({ level, silent, handleExceptions, handleRejections }))
    keepCalls()
  }

  override log(info: Info, next: () => void): void {
    guard('ClewTransport', () => send(this, info), undefined)
    next()
  }
}

/**
 * A format that puts trace_id, span_id and trace_flags on entries that are logged while a span is active. Formats
 * behind it see the fields. Does nothing beside a running winstonInstrumentation.
 */
export function clewFormat(): winston.Logform.Format {
  keepCalls()
  return {
    transform: (info) => {
      const context = loggerSeam.formatting?.context ?? activeContext()
      return stampInfo(info as Info, spanContextOf(context)) as winston.Logform.TransformableInfo
    },
  }
}

// Formats and transports run late when a slow transport has filled the logger's buffer. Only `write` knows the context.
function keepCalls(): void {
  loggerSeam.keeps = true
  attachToLogger(loggerSeam, winston as unknown as Winston)
}

function send(transport: ClewTransport, info: Info): void {
  const known = loggerSeam.kept.get(info)
  const call = known ?? unknownCall(transport as Transport & { levels?: Logger['levels'] }, info)
  if (call === undefined || (loggerSeam.sends && known?.isEnabled)) return
  sendRecord(call, info)
}

// Handed over by hand or by a logger of another winston: then now is the call. Or out of the buffer of a logger that
// was there before us: then whose call it was is not known, and where another part sends it, it has been sent.
function unknownCall(
  { parent, levels }: Transport & { levels?: Logger['levels'] },
  info: Info,
): LogCall | undefined {
  const isBuffered = parent ? isAttached(loggerSeam, parent) : false
  if (isBuffered && loggerSeam.sends) return undefined
  const logger = { level: '', levels: parent?.levels ?? levels ?? winston.config.npm.levels } as Logger
  const open = () => openLogCall(logger, info, false, undefined)
  return isBuffered ? runInContext(rootContext, open) : open()
}

function definedOf<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}

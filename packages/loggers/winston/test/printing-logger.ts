import { createRequire } from 'node:module'
import { Writable } from 'node:stream'
import { contextWithSpan, runInContext } from '@clew/core'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import type winston from 'winston'

export type Winston = typeof winston

const require = createRequire(import.meta.url)

/** winston by its name in package.json: `winston`, or an older one by its alias. */
export function loadWinston(alias: string): Winston {
  return require(require.resolve(alias))
}

export type PrintingLogger = { logger: winston.Logger; lines: string[] }

/** A logger whose stream transport keeps what it prints. */
export function printingLogger(
  { createLogger, transports }: Winston,
  options: winston.LoggerOptions,
): PrintingLogger {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk).trimEnd())
      done()
    },
  })
  return { logger: createLogger({ ...options, transports: [new transports.Stream({ stream })] }), lines }
}

export const spanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
}

/** The three fields that `spanContext` puts on an entry. */
export const stamp = {
  trace_id: spanContext.traceId,
  span_id: spanContext.spanId,
  trace_flags: '01',
}

/** Runs `work` while a span with these ids is active. */
export function inSpan<T>(work: () => T, ids: typeof spanContext = spanContext): T {
  return runInContext(contextWithSpan(ROOT_CONTEXT, trace.wrapSpanContext(ids)), work)
}

/** A format that keeps each entry that comes to it. */
export function seenBy(entries: unknown[]): winston.Logform.Format {
  return {
    transform: (info) => {
      entries.push(info)
      return info
    },
  }
}

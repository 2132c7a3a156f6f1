import { createRequire } from 'node:module'
import { contextWithSpan, runInContext } from '@clew/core'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import type { Logger, LoggerOptions, pino } from 'pino'

export type Pino = typeof pino

/** pino by its name in package.json: `pino`, or an older one by its alias. */
export const loadPino: (alias: string) => Pino = createRequire(import.meta.url)

export const aliases = ['pino', 'pino9', 'pino90'] as const

export type PrintingLogger = { logger: Logger<string>; lines: string[] }

/** A logger that keeps what it prints. */
export function printingLogger(make: Pino, options: LoggerOptions<string> = {}): PrintingLogger {
  const lines: string[] = []
  const write = (line: string): void => {
    lines.push(line)
  }
  return { logger: make(options, { write }), lines }
}

export const spanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
}

/** The three fields that `spanContext` puts on a line, as pino prints them. */
export const stamp = `,"trace_id":"${spanContext.traceId}","span_id":"${spanContext.spanId}","trace_flags":"01"`

/** Runs `work` while a span with these ids is active. */
export function inSpan<T>(work: () => T, ids: typeof spanContext = spanContext): T {
  return runInContext(contextWithSpan(ROOT_CONTEXT, trace.wrapSpanContext(ids)), work)
}

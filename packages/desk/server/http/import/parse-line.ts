import type { Signal } from '@clew/otlp'
import type { JsonObject } from './plain-log.ts'

/** What one line, or one JSON document, of an import is. */
export type Parsed = { otlp: Signal } | { plain: JsonObject } | { problem: string }

/** How an OTLP exporter begins. Such a line is not parsed here: the store does it, on its own thread. */
const otlpStart = /^[\s\uFEFF]*\{\s*"resource(Logs|Spans)"/

export function parseLine(bytes: Buffer): Parsed {
  const start = otlpStart.exec(bytes.toString('utf8', 0, 64))
  if (start !== null) return { otlp: start[1] === 'Logs' ? 'logs' : 'traces' }
  const value = parseJson(bytes)
  if (value === undefined) return { problem: 'not JSON' }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'not an object' }
  if ('resourceLogs' in value) return { otlp: 'logs' }
  if ('resourceSpans' in value) return { otlp: 'traces' }
  if ('resourceMetrics' in value) return { problem: 'metrics are not kept' }
  return { plain: value as JsonObject }
}

export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

import type { Signal } from '@clew/otlp'
import type { JsonObject } from './plain-log.ts'

/** A line of a file, counted from 1, without its end. */
export type Line = { number: number; bytes: Buffer }

/** Splits bytes into lines that are not empty; they end with \n or \r\n. Throws what {@link isTooLong} knows when one has more than `maxBytes`. */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let waiting = 0
  let number = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      number++
      const bytes = joined(parts, chunk.subarray(start, end))
      if (bytes.length > maxBytes) throw tooLong(`line ${number} is too long`)
      if (bytes.length > 0) yield { number, bytes }
      parts = []
      waiting = 0
      start = end + 1
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start))
      waiting += chunk.length - start
    }
    if (waiting > maxBytes) throw tooLong(`line ${number + 1} is too long`)
  }
  if (waiting > 0) yield { number: number + 1, bytes: Buffer.concat(parts, waiting) }
}

export function tooLong(message: string): Error {
  return Object.assign(new Error(message), { name: 'LineTooLong' })
}

export function isTooLong(error: unknown): error is Error {
  return error instanceof Error && error.name === 'LineTooLong'
}

function joined(parts: Buffer[], last: Buffer): Buffer {
  const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes
}

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

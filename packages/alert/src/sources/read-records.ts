import { type JsonObject, parseLogsJson, readLines, readPlainLog } from '@clew/otlp'
import { type AlertRecord, recordsOf } from '../engine/record.ts'

const maxLineBytes = 4 * 1024 * 1024
const inBatch = 500

/** What of a stream was no record, and where it was first. */
export type BadLines = { count: number; first: { line: number; problem: string } | undefined }

/**
 * The records of lines of JSON, in batches: OTLP JSON as a collector's file exporter writes it, or log objects as pino, winston and
 * bunyan write them. `now`, unix milliseconds, is when a log object comes; without it they come when they say.
 * Lines that are no records are counted in `bad`. Throws when a line has more than 4 MiB.
 */
export async function* readRecords(
  chunks: AsyncIterable<Buffer>,
  bad: BadLines,
  now?: () => number,
): AsyncGenerator<AlertRecord[]> {
  let batch: AlertRecord[] = []
  const tooLong = (line: number): Error => new Error(`line ${line} has more than ${maxLineBytes} bytes`)
  for await (const { number, bytes } of readLines(chunks, maxLineBytes, tooLong)) {
    try {
      batch.push(...recordsOfLine(bytes.toString(), now))
    } catch (error) {
      bad.count++
      bad.first ??= { line: number, problem: error instanceof Error ? error.message : String(error) }
    }
    if (batch.length >= inBatch) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

/** The records of one line of JSON. Throws when it is none. */
export function recordsOfLine(line: string, now?: () => number): AlertRecord[] {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object')
  if ('resourceLogs' in value) return recordsOf(parseLogsJson(line), now?.())
  if ('resourceSpans' in value || 'resourceMetrics' in value) return []
  return [recordOfPlain(value as JsonObject, now)]
}

/** Of what has no time, when it came, or else 1970: it is too late for every window then. */
function recordOfPlain(log: JsonObject, now: (() => number) | undefined): AlertRecord {
  const { service, record } = readPlainLog(log, now?.() ?? 0)
  const resource = { attributes: { 'service.name': service }, droppedAttributesCount: 0 }
  const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }
  const scopeLogs = [{ scope, schemaUrl: '', logRecords: [record] }]
  return recordsOf([{ resource, schemaUrl: '', scopeLogs }], now?.())[0]!
}

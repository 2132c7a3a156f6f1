import { type JsonObject, parseLogsJson, parseTracesJson, readLines, readPlainLog } from '@clew/otlp'
import { type AlertRecord, recordsOf } from '../engine/record.ts'
import { spanRecordsOf } from '../engine/span-record.ts'

const maxLineBytes = 4 * 1024 * 1024
const inBatch = 500

/** What of a stream was no record, and where it was first. */
export type BadLines = { count: number; first: { line: number; problem: string } | undefined }

/**
 * The records of lines of JSON, in batches, none of which waits for bytes that did not come yet: OTLP JSON as a collector's file
 * exporter writes it, or log objects as pino, winston and bunyan write them. `now`, unix milliseconds, is when a log object comes;
 * without it they come when they say. `withSpans`: OTLP's spans are records too, for rules of type `early`. Lines that are no records, or have more than 4 MiB, are counted in `bad`.
 */
export async function* readRecords(
  chunks: AsyncIterable<Buffer>,
  bad: BadLines,
  now?: () => number,
  withSpans = false,
): AsyncGenerator<AlertRecord[]> {
  let batch: AlertRecord[] = []
  const addBad = (line: number, problem: string): void => {
    bad.count++
    bad.first ??= { line, problem }
  }
  const tooLong = (line: number): void => addBad(line, `it has more than ${maxLineBytes} bytes`)
  const waiting = { forChunk: false }
  const lines = readLines(noted(chunks, waiting), maxLineBytes, tooLong)
  try {
    for (;;) {
      const coming = lines.next()
      // That it fails is seen when it is awaited.
      coming.catch(() => {})
      if (batch.length >= inBatch || (waiting.forChunk && batch.length > 0)) {
        yield batch
        batch = []
      }
      const { done, value } = await coming
      if (done) break
      try {
        batch.push(...recordsOfLine(value.bytes.toString(), now, withSpans))
      } catch (error) {
        addBad(value.number, error instanceof Error ? error.message : String(error))
      }
    }
  } finally {
    void lines.return(undefined)
  }
}

/** Says when all of a chunk was read and another one is waited for: who follows a log must not wait for it. */
async function* noted(chunks: AsyncIterable<Buffer>, waiting: { forChunk: boolean }): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    waiting.forChunk = false
    yield chunk
    waiting.forChunk = true
  }
}

/** The records of one line of JSON, and those that stand for spans, if they are wanted. Throws when it is none. */
export function recordsOfLine(line: string, now?: () => number, withSpans = false): AlertRecord[] {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object')
  if ('resourceLogs' in value) return recordsOf(parseLogsJson(line), now?.())
  if ('resourceSpans' in value) return withSpans ? spanRecordsOf(parseTracesJson(line), now?.()) : []
  if ('resourceMetrics' in value) return []
  return [recordOfPlain(value as JsonObject, now)]
}

/** Of what has no time, when it came, or else 1970, which a replay does not believe. */
function recordOfPlain(log: JsonObject, now: (() => number) | undefined): AlertRecord {
  const { service, record } = readPlainLog(log, now?.() ?? 0)
  const resource = { attributes: { 'service.name': service }, droppedAttributesCount: 0 }
  const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }
  const scopeLogs = [{ scope, schemaUrl: '', logRecords: [record] }]
  return recordsOf([{ resource, schemaUrl: '', scopeLogs }], now?.())[0]!
}

import { ProtobufReader } from '@clew/otlp'

/**
 * Tags on the way from a request to its records: `ResourceLogs` or `ResourceSpans`, in it `ScopeLogs` or `ScopeSpans`,
 * in it a record. opentelemetry/proto/collector/logs/v1/logs_service.proto
 */
const levels = [0x0a, 0x12, 0x12]
const recordLevel = levels.length - 1

/**
 * Counts the records of an `ExportLogsServiceRequest` or `ExportTraceServiceRequest`; what is in them is not looked at.
 * Throws an {@link OtlpDecodeError} when the bytes are no such request.
 */
export function countRecords(request: Uint8Array): number {
  return countIn(new ProtobufReader(request), 0)
}

/** Reads to the end of the innermost message that is open. */
function countIn(reader: ProtobufReader, level: number): number {
  let count = 0
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) count += countField(reader, tag, level) ?? 0
  return count
}

/** Reads one field. Returns how many records are in it; undefined when it is none that can have any. */
function countField(reader: ProtobufReader, tag: number, level: number): number | undefined {
  if (tag !== levels[level] || level === recordLevel) {
    reader.skip(tag)
    return tag === levels[level] ? 1 : undefined
  }
  const outer = reader.open()
  const count = countIn(reader, level + 1)
  reader.close(outer)
  return count
}

/**
 * Two requests that together have the records of one, in their order and as they are, the first of them `leftCount`.
 * Resources and scopes go, with every field of theirs, wherever records of theirs go.
 */
export function splitRequest(request: Buffer, leftCount: number): [Buffer, Buffer] {
  return [pickRecords(request, 0, leftCount), pickRecords(request, leftCount, Number.POSITIVE_INFINITY)]
}

/** What of a message is kept, as ranges of its bytes as long as can be: a request may have millions of empty records. */
type Kept = { pieces: Buffer[]; from: number; to: number }

/** The records from `first` on, up to but without `last`. */
function pickRecords(request: Buffer, first: number, last: number): Buffer {
  let record = 0
  const pick = (message: Buffer, level: number): Buffer => {
    const kept: Kept = { pieces: [], from: 0, to: 0 }
    const reader = new ProtobufReader(message)
    for (let start = 0, tag = reader.tag(); tag !== 0; start = reader.position, tag = reader.tag()) {
      const count = countField(reader, tag, level)
      const end = reader.position
      if (count === undefined || (count > 0 && record >= first && record + count <= last)) {
        keep(message, kept, start, end)
      } else if (count > 0 && record < last && record + count > first) {
        closeRange(message, kept)
        const part = pick(contentOf(message.subarray(start, end)), level + 1)
        kept.pieces.push(messageHead(tag, part.length), part)
        continue
      }
      record += count ?? 0
    }
    closeRange(message, kept)
    return Buffer.concat(kept.pieces)
  }
  return pick(request, 0)
}

function keep(request: Buffer, kept: Kept, start: number, end: number): void {
  if (start !== kept.to) closeRange(request, kept)
  if (kept.from === kept.to) kept.from = start
  kept.to = end
}

function closeRange(request: Buffer, kept: Kept): void {
  if (kept.to > kept.from) kept.pieces.push(request.subarray(kept.from, kept.to))
  kept.from = kept.to
}

function messageHead(tag: number, length: number): Buffer {
  const bytes = [tag]
  let rest = length
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}

/** What is in a message that is given with its tag and its length. */
function contentOf(field: Buffer): Buffer {
  const reader = new ProtobufReader(field)
  reader.tag()
  reader.open()
  return field.subarray(reader.position)
}

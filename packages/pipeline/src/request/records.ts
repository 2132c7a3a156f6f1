import { forEachField } from './fields.ts'

/**
 * Tags on the way from a request to its records: `ResourceLogs` or `ResourceSpans`, in it `ScopeLogs` or `ScopeSpans`,
 * in it a record. opentelemetry/proto/collector/logs/v1/logs_service.proto
 */
const levels = [0x0a, 0x12, 0x12]
const recordLevel = levels.length - 1

/**
 * Counts the records of an `ExportLogsServiceRequest` or `ExportTraceServiceRequest`; what is in them is not looked at.
 * Throws a RangeError when the bytes are no such request.
 */
export function countRecords(request: Uint8Array): number {
  return countBetween(request, 0, request.length, 0)
}

function countBetween(bytes: Uint8Array, from: number, to: number, level: number): number {
  let count = 0
  forEachField(bytes, from, to, (tag, _start, valueStart, end) => {
    if (tag !== levels[level]) return
    count += level === recordLevel ? 1 : countBetween(bytes, valueStart, end, level + 1)
  })
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
  const pick = (from: number, to: number, level: number): Buffer => {
    const kept: Kept = { pieces: [], from, to: from }
    forEachField(request, from, to, (tag, start, valueStart, end) => {
      if (tag !== levels[level]) return keep(request, kept, start, end)
      const count = level === recordLevel ? 1 : countBetween(request, valueStart, end, level + 1)
      const isWhole = record >= first && record + count <= last
      if (count === 0 || record >= last || record + count <= first) record += count
      else if (isWhole) {
        record += count
        keep(request, kept, start, end)
      } else {
        const message = pick(valueStart, end, level + 1)
        closeRange(request, kept)
        kept.pieces.push(messageHead(tag, message.length), message)
      }
    })
    closeRange(request, kept)
    return Buffer.concat(kept.pieces)
  }
  return pick(0, request.length, 0)
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

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

/** A field's tag, and where in the bytes it starts, its value starts, and both end. */
type VisitField = (tag: number, start: number, valueStart: number, end: number) => void

/**
 * Visits the fields of the protobuf message that lies between two offsets, without reading what is in them.
 * Throws a RangeError when the bytes are no message.
 * https://protobuf.dev/programming-guides/encoding/
 */
function forEachField(bytes: Uint8Array, from: number, to: number, visit: VisitField): void {
  let at = from
  while (at < to) {
    const tagEnd = varintEnd(bytes, at, to)
    const tag = varintAt(bytes, at, tagEnd)
    if (tag < 8 || tag > 0xffff_ffff) throw new RangeError(`byte ${at}: a field number out of range`)
    const isSized = (tag & 7) === 2
    const valueStart = isSized ? varintEnd(bytes, tagEnd, to) : tagEnd
    const end = isSized
      ? valueStart + varintAt(bytes, tagEnd, valueStart)
      : unsizedEnd(bytes, tag & 7, tagEnd, to)
    if (end > to) throw new RangeError(`byte ${at}: a field longer than its message`)
    visit(tag, at, valueStart, end)
    at = end
  }
}

function unsizedEnd(bytes: Uint8Array, wireType: number, at: number, to: number): number {
  if (wireType === 0) return varintEnd(bytes, at, to)
  if (wireType === 1) return at + 8
  if (wireType === 5) return at + 4
  throw new RangeError(`byte ${at}: the wire type ${wireType} is not supported`)
}

function varintEnd(bytes: Uint8Array, at: number, to: number): number {
  const last = Math.min(to, at + 10)
  for (let next = at; next < last; next++) if (bytes[next]! < 0x80) return next + 1
  throw new RangeError(`byte ${at}: a number without its end`)
}

/** As a double: what is too large for one is too large for any length or tag. */
function varintAt(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let next = end - 1; next >= at; next--) value = value * 128 + (bytes[next]! & 0x7f)
  return value
}

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
  let count = 0
  const countIn = (from: number, to: number, level: number): void =>
    forEachField(request, from, to, (tag, _start, valueStart, end) => {
      if (tag !== levels[level]) return
      if (level === recordLevel) count++
      else countIn(valueStart, end, level + 1)
    })
  countIn(0, request.length, 0)
  return count
}

/**
 * Two requests that together have the records of one, in their order and as they are, the first of them `leftCount`.
 * Resources and scopes go, with every field of theirs, wherever records of theirs go.
 */
export function splitRequest(request: Buffer, leftCount: number): [Buffer, Buffer] {
  const pick = (isPicked: (record: number) => boolean): Buffer => pickRecords(request, isPicked)
  return [pick((record) => record < leftCount), pick((record) => record >= leftCount)]
}

function pickRecords(request: Buffer, isPicked: (record: number) => boolean): Buffer {
  let record = 0
  /** Undefined when none of the message's records is picked. */
  const pick = (from: number, to: number, level: number): Buffer | undefined => {
    const fields: Uint8Array[] = []
    let picked = false
    forEachField(request, from, to, (tag, start, valueStart, end) => {
      if (tag !== levels[level]) fields.push(request.subarray(start, end))
      else if (level === recordLevel) {
        if (!isPicked(record++)) return
        picked = true
        fields.push(request.subarray(start, end))
      } else {
        const message = pick(valueStart, end, level + 1)
        if (message === undefined) return
        picked = true
        fields.push(messageHead(tag, message.length), message)
      }
    })
    return picked ? Buffer.concat(fields) : undefined
  }
  return pick(0, request.length, 0) ?? Buffer.alloc(0)
}

function messageHead(tag: number, length: number): Buffer {
  const bytes = [tag]
  let rest = length
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}

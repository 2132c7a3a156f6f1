import { createReportLimit, decodeLogsRequest, decodeTracesRequest, ProtobufReader } from '@clew/otlp'
import { type AlertRecord, recordsOf } from '../engine/record.ts'
import { spanRecordsOf } from '../engine/span-record.ts'
import { recordsOfLine } from './read-records.ts'

/** Reads messages, and counts those that are none. */
export type MessageReader = {
  /**
   * The records of a message: OTLP as protobuf or JSON, or one log object; and those that stand for spans, if they are wanted. `place` is
   * where it came from, for whoever looks.
   */
  read(message: Uint8Array, arrivedUnixMs: number, place: string, withSpans?: boolean): AlertRecord[]
  readonly unreadable: number
}

/** What cannot be read is told once a minute for each source, and passed over. */
export function createMessageReader(
  source: string,
  report: (message: string) => void,
  now: () => number,
): MessageReader {
  const limit = createReportLimit(now)
  let unreadable = 0
  return {
    get unreadable() {
      return unreadable
    },
    read(message, arrivedUnixMs, place, withSpans = false) {
      try {
        return recordsOfMessage(message, arrivedUnixMs, withSpans)
      } catch (error) {
        unreadable++
        const withheld = limit.withheld(source)
        if (withheld === undefined) return []
        const reason = error instanceof Error ? error.message : String(error)
        const more = withheld > 0 ? ` (and ${withheld} more since the last line)` : ''
        report(`${source}, ${place}: neither OTLP nor a JSON object (${reason}); passed over${more}`)
        return []
      }
    },
  }
}

const brace = 0x7b

/** `{` begins no request in protobuf: it would be a group of a field that is not there. */
function recordsOfMessage(message: Uint8Array, arrivedUnixMs: number, withSpans: boolean): AlertRecord[] {
  if (message.length === 0) return []
  if (message[0] !== brace) {
    if (!hasSpans(message)) return recordsOf(decodeLogsRequest(message), arrivedUnixMs)
    return withSpans ? spanRecordsOf(decodeTracesRequest(message), arrivedUnixMs) : []
  }
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString()
  return recordsOfLine(text, () => arrivedUnixMs, withSpans)
}

/** Both requests are lists (field 1) of resources, these (2) of scopes, these (2) of records or spans. */
const pathToItem = [0x0a, 0x12, 0x12]
/** A span has its trace id there; of a record field 1 is a time, which is no bytes. */
const traceIdTag = 0x0a

/** Whether an export request is one of traces: the first that is a record or a span says so. Throws when it is no protobuf. */
function hasSpans(message: Uint8Array): boolean {
  const reader = new ProtobufReader(message)
  if (!enterFirst(reader, pathToItem)) return false
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === traceIdTag) return true
    reader.skip(tag)
  }
  return false
}

/** Enters the first message at the end of a path of fields; false: there is none, and all was read. */
function enterFirst(reader: ProtobufReader, [wanted, ...rest]: readonly number[]): boolean {
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== wanted) {
      reader.skip(tag)
      continue
    }
    const outer = reader.open()
    if (rest.length === 0 || enterFirst(reader, rest)) return true
    reader.close(outer)
  }
  return false
}

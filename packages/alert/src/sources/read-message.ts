import { createReportLimit, decodeLogsRequest } from '@clew/otlp'
import { type AlertRecord, recordsOf } from '../engine/record.ts'
import { recordsOfLine } from './read-records.ts'

/** Reads messages, and counts those that are none. */
export type MessageReader = {
  /** The records of a message: OTLP as protobuf or JSON, or one log object. `place` is where it came from, for whoever looks. */
  read(message: Uint8Array, arrivedUnixMs: number, place: string): AlertRecord[]
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
    read(message, arrivedUnixMs, place) {
      try {
        return recordsOfMessage(message, arrivedUnixMs)
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
function recordsOfMessage(message: Uint8Array, arrivedUnixMs: number): AlertRecord[] {
  if (message.length === 0) return []
  if (message[0] !== brace) return recordsOf(decodeLogsRequest(message), arrivedUnixMs)
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString()
  return recordsOfLine(text, () => arrivedUnixMs)
}

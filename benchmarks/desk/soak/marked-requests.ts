import type { Signal } from '@clew/otlp'
import { eachField } from '../../sink/protobuf.ts'
import { otlpRequests } from '../requests.ts'
import { busy } from '../traces.ts'

/** The attribute of each record by which it is told from all others: twelve digits, the last that it has. */
export const markKey = 'soak.id'
export const markDigits = 12

/** A request of OTLP that is sent again and again, each time as other records. */
export type MarkedRequest = {
  signal: Signal
  records: number
  /** Its bytes with records that are numbered from `first` on, at other times and in other traces in each round. */
  as(first: number, round: Round): Buffer
}

/** A time through all requests: when it begins, and what makes its ids others than those before. */
export type Round = { startUnixMs: number; mask: Buffer }

type Places = { nanos: number[]; sinceStart: number[]; ids: number[]; marks: number[] }

/** So many traces of busy traffic, encoded once: a step apart. */
export function markedRequests(traces: number, stepMs: number): MarkedRequest[] {
  const startUnixMs = Date.now()
  const more = { [markKey]: '0'.repeat(markDigits) }
  return [...otlpRequests({ first: 0, traces, shape: busy, startUnixMs, stepMs, more })].map(
    ({ signal, records, bytes }) => {
      const places = placesOf(bytes, signal, BigInt(startUnixMs) * 1_000_000n)
      if (places.marks.length !== records) throw new Error(`${places.marks.length} of ${records} are marked`)
      return { signal, records, as: (first, round) => changed(bytes, places, first, round) }
    },
  )
}

/** Numbers of the fields of LogRecord and Span: times, ids, attributes. */
const fields = {
  logs: { nanos: [1, 11], trace: 9, spans: [10], attributes: 6 },
  traces: { nanos: [7, 8], trace: 1, spans: [2, 4], attributes: 9 },
} as const

function placesOf(bytes: Buffer, signal: Signal, startNano: bigint): Places {
  const places: Places = { nanos: [], sinceStart: [], ids: [], marks: [] }
  const known = fields[signal]
  const visit = (field: number, start: number, end: number): void => {
    if ((known.nanos as readonly number[]).includes(field)) {
      places.nanos.push(start)
      places.sinceStart.push(Number(bytes.readBigUInt64LE(start) - startNano))
    } else if (field === known.trace) {
      // The lower half is what makes a trace id random.
      places.ids.push(start + 8)
    } else if ((known.spans as readonly number[]).includes(field)) places.ids.push(start)
    else if (field === known.attributes) {
      const isMark = bytes.subarray(start, end).includes(markKey)
      if (isMark) places.marks.push(end - markDigits)
    }
  }
  for (const [start, end] of recordsOf(bytes)) eachField(bytes, start, end, visit)
  return places
}

/** Where the records of a request lie: below resource and scope, as field 2 of both. */
function recordsOf(bytes: Buffer): [start: number, end: number][] {
  let found: [number, number][] = [[0, bytes.length]]
  for (const inner of [1, 2, 2]) {
    const next: [number, number][] = []
    for (const [from, to] of found) {
      eachField(bytes, from, to, (field, start, end) => {
        if (field === inner) next.push([start, end])
      })
    }
    found = next
  }
  return found
}

function changed(
  original: Buffer,
  { nanos, sinceStart, ids, marks }: Places,
  first: number,
  round: Round,
): Buffer {
  const bytes = Buffer.from(original)
  const start = BigInt(Math.round(round.startUnixMs)) * 1_000_000n
  const [high, low] = [Number(start >> 32n), Number(start & 0xffffffffn)]
  for (const [index, place] of nanos.entries()) {
    const sum = low + sinceStart[index]!
    const carry = Math.floor(sum / 2 ** 32)
    bytes.writeUInt32LE(sum - carry * 2 ** 32, place)
    bytes.writeUInt32LE(high + carry, place + 4)
  }
  for (const place of ids) for (let byte = 0; byte < 8; byte++) bytes[place + byte]! ^= round.mask[byte]!
  for (const [index, place] of marks.entries())
    bytes.write(String(first + index).padStart(markDigits, '0'), place, 'latin1')
  return bytes
}

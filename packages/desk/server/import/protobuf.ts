import { decodeLogsRequest, decodeTracesRequest } from '@clew/otlp'
import { storeError } from '../schema/store-error.ts'
import type { Found } from './formats/found.ts'

type Framing = 'none' | 'length-4' | 'varint'
type Kind = 'logs' | 'traces' | 'metrics'

/** Tag 1 with a length: the list of resources of a request, or a resource in its own entry. */
const first = 0x0a
const repeated = 0x12

/**
 * Reads a file of OTLP protobuf: one request; many with four bytes of length before each, as the Collector's file exporter writes
 * them; or with a varint, as protobuf's own delimited streams have. Of each request one resource after the other is read, so that its size
 * does not matter, and none may have more than `maxBytes`. Throws a StoreError where the bytes are something else.
 */
export class ProtobufReader {
  readonly #take: (found: Found) => void
  readonly #maxBytes: number
  #rest = Buffer.alloc(0)
  /** What came since, and how much there must be to go on. */
  #coming: Buffer[] = []
  #comingBytes = 0
  #needed = 0
  #framing: Framing | undefined
  /** Bytes of the request that is being read which have not come yet. */
  #inRequest = Number.POSITIVE_INFINITY
  #kind: Kind | undefined
  #requests = 0

  constructor(take: (found: Found) => void, maxBytes: number) {
    this.#take = take
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): void {
    this.#coming.push(chunk)
    this.#comingBytes += chunk.length
    if (this.#rest.length + this.#comingBytes >= this.#needed) this.#read()
  }

  #read(): void {
    this.#rest = Buffer.concat([this.#rest, ...this.#coming])
    this.#coming = []
    this.#comingBytes = 0
    this.#needed = 0
    if (this.#framing === undefined) {
      this.#framing = framingOf(this.#rest)
      if (this.#framing !== 'none') this.#inRequest = 0
    }
    let at = 0
    for (let next = this.#readOne(at); next !== undefined; next = this.#readOne(at)) at = next
    this.#rest = this.#rest.subarray(at)
  }

  end(): void {
    this.#read()
    if (this.#rest.length === 0 && (this.#framing === 'none' || this.#inRequest === 0)) return
    throw unknown(`request ${this.#requests || 1} ends too early, as if the file was cut short`)
  }

  /** Where the next one begins; undefined: more has to come. */
  #readOne(at: number): number | undefined {
    const bytes = this.#rest
    if (at >= bytes.length) return undefined
    if (this.#inRequest === 0) return this.#beginRequest(at)
    if (bytes[at] !== first) throw unknown(`it is no OTLP in request ${this.#requests || 1}`)
    const length = varintAt(bytes, at + 1)
    if (length === undefined) return undefined
    const end = length.end + length.value
    if (end - at > this.#inRequest) throw unknown(`request ${this.#requests} is longer than it says`)
    if (end - at > this.#maxBytes) {
      const limit = `a resource with its records has more than ${this.#maxBytes} bytes`
      throw storeError('too-large', `${limit}; write smaller requests`)
    }
    if (end > bytes.length) {
      this.#needed = end - at
      return undefined
    }
    this.#requests ||= 1
    this.#readResource(bytes.subarray(at, end), bytes.subarray(length.end, end))
    this.#inRequest -= end - at
    return end
  }

  #beginRequest(at: number): number | undefined {
    const length =
      this.#framing === 'varint'
        ? varintAt(this.#rest, at)
        : at + 4 <= this.#rest.length
          ? { value: this.#rest.readUInt32BE(at), end: at + 4 }
          : undefined
    if (length === undefined) return undefined
    this.#inRequest = length.value
    this.#requests++
    return length.end
  }

  #readResource(request: Buffer, entry: Buffer): void {
    const kind = kindOf(entry) ?? this.#kind
    if (kind === undefined) return
    this.#kind = kind
    if (kind === 'metrics') throw unknown('it is metrics of OTLP, and the desk keeps lines and spans alone')
    const place = { line: this.#requests, format: 'OTLP protobuf' }
    if (kind === 'logs') this.#take({ ...place, logs: decodeLogsRequest(request) })
    else this.#take({ ...place, spans: decodeTracesRequest(request) })
  }
}

function unknown(problem: string): Error {
  return storeError('invalid', `these bytes are no text and no OTLP protobuf of lines or spans: ${problem}`)
}

function framingOf(bytes: Buffer): Framing {
  const isEntry = (at: number): boolean => bytes[at] === first || bytes.length === at
  if (bytes.length > 4 && bytes[0]! < 2 && isEntry(4)) return 'length-4'
  const whole = varintAt(bytes, 0)
  const inner = whole && isEntry(whole.end) ? varintAt(bytes, whole.end + 1) : undefined
  const isDelimited = inner !== undefined && inner.end + inner.value <= whole!.end + whole!.value
  if (bytes[0] !== first) {
    if (isDelimited) return 'varint'
    throw unknown('it begins as none does')
  }
  const entry = varintAt(bytes, 1)
  const hasKind =
    entry !== undefined && kindOf(bytes.subarray(entry.end, entry.end + entry.value)) !== undefined
  return !hasKind && isDelimited ? 'varint' : 'none'
}

type Varint = { value: number; end: number }

function varintAt(bytes: Buffer, at: number): Varint | undefined {
  let value = 0
  for (let shift = 0; shift < 5; shift++) {
    const byte = bytes[at + shift]
    if (byte === undefined) return undefined
    value += (byte & 127) * 2 ** (7 * shift)
    if (byte < 128) return { value, end: at + shift + 1 }
  }
  throw unknown('a length in it has no end')
}

/** What the first record in the entry of a resource is; undefined: there is none. A list of its scopes has them. */
function kindOf(entry: Buffer): Kind | undefined {
  for (const scope of messagesIn(entry)) {
    for (const record of messagesIn(scope)) {
      const kind = kindOfRecord(record)
      if (kind !== undefined) return kind
    }
  }
  return undefined
}

/** Spans begin with an id of 16 bytes and one of 8, metrics with a name; what else is there is a line. */
function kindOfRecord(record: Buffer): Kind | undefined {
  if (record.length === 0) return undefined
  if (record[0] !== first) return record[0] === repeated ? 'traces' : 'logs'
  const hasIds = record[1] === 16 && record[18] === repeated && record[19] === 8
  // A name of 16 letters, and a description of 8, are no ids.
  return hasIds && !/^[ -~]{16}$/.test(record.toString('latin1', 2, 18)) ? 'traces' : 'metrics'
}

/** The messages of field 2, as far as they are there. */
function* messagesIn(bytes: Buffer): Generator<Buffer> {
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at]!
    if ((tag & 7) !== 2) return
    const length = varintAt(bytes, at + 1)
    if (length === undefined) return
    const end = length.end + length.value
    if (tag === repeated) yield bytes.subarray(length.end, end)
    at = end
  }
}

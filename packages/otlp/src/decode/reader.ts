import { cachedText, type SlicedBuffer } from './cached-text.ts'
import { decodeError, isOtlpDecodeError, type OtlpDecodeErrorCode } from './decode-error.ts'

/** Values up to this many bytes (methods, states, names of queues) tend to recur. */
const shortText = 24

/**
 * Reads protobuf's wire format, one message inside another: every read is checked against the end of the
 * innermost open message.
 * https://protobuf.dev/programming-guides/encoding/
 */
export class Reader {
  readonly #bytes: SlicedBuffer
  readonly #view: DataView
  /** Set by `micros`. */
  restNs = 0
  /** Set by `spanWords`. */
  idHigh = 0
  idLow = 0
  #position = 0
  #end: number
  #high = 0
  #traceIdAt = -1
  #traceId = ''
  #spanIdAt = -1
  #spanId = ''

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as SlicedBuffer
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.byteLength
  }

  /** Of the byte that is read next, from the start of the bytes. */
  get position(): number {
    return this.#position
  }

  /** The next field's number and wire type as `number << 3 | type`, or 0 at the end of the message. */
  tag(): number {
    if (this.#position >= this.#end) return 0
    const at = this.#position
    const tag = this.#varint()
    if (this.#high !== 0 || tag < 8) this.fail('CLEW_OTLP_TAG', 'a field number out of range', at)
    return tag
  }

  /** Enters the embedded message at this place. Give the returned number to `close`. */
  open(): number {
    const length = this.#length()
    const outer = this.#end
    this.#end = this.#position + length
    return outer
  }

  close(outer: number): void {
    this.#end = outer
  }

  /** Of the innermost message that is open. */
  isAtEnd(): boolean {
    return this.#position >= this.#end
  }

  uint32(): number {
    return this.#varint()
  }

  int32(): number {
    return this.#varint() | 0
  }

  bool(): boolean {
    return (this.#varint() | this.#high) !== 0
  }

  /** A number when it is a safe integer, else a bigint. */
  int64(): number | bigint {
    const low = this.#varint()
    const high = this.#high | 0
    if (high >= -0x200000 && high < 0x200000) {
      const value = high * 0x1_0000_0000 + low
      if (Number.isSafeInteger(value)) return value
    }
    return (BigInt(high) << 32n) | BigInt(low)
  }

  fixed32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  /** Whole microseconds of a fixed64 of nanoseconds, as a number; what is left, 0 to 999, is then in `restNs`. */
  micros(): number {
    const at = this.#advance(8)
    const low = this.#view.getUint32(at, true)
    const high = this.#view.getUint32(at + 4, true)
    // 2^32 ns are 4294967 µs and 296 ns.
    const rest = high * 296 + low
    const us = Math.floor(rest / 1000)
    this.restNs = rest - us * 1000
    return high * 4294967 + us
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true)
  }

  /** Invalid UTF-8 comes out as replacement characters. */
  text(): string {
    const length = this.#length()
    const start = this.#advance(length)
    if (length <= shortText) return cachedText(this.#bytes, start, length)
    return this.#bytes.utf8Slice(start, start + length)
  }

  /** A text that recurs whatever its length, such as a key. */
  name(): string {
    const length = this.#length()
    return cachedText(this.#bytes, this.#advance(length), length)
  }

  /** A copy, so that it does not keep the whole request alive. */
  blob(): Uint8Array {
    const length = this.#length()
    const start = this.#advance(length)
    return new Uint8Array(this.#bytes.subarray(start, start + length))
  }

  /** An id of 8 bytes as two big-endian 32-bit words, `idHigh` and `idLow`; both 0 when its length is another. */
  spanWords(): void {
    const length = this.#length()
    const start = this.#advance(length)
    this.idHigh = length === 8 ? this.#view.getInt32(start) : 0
    this.idLow = length === 8 ? this.#view.getInt32(start + 4) : 0
  }

  /** Lower-case hex. Neighbouring records often share an id, which is then read once. */
  traceId(): string {
    const length = this.#length()
    const start = this.#advance(length)
    if (length !== 16) return this.#bytes.hexSlice(start, start + length)
    if (!this.#same(this.#traceIdAt, start, 16)) this.#traceId = this.#bytes.hexSlice(start, start + 16)
    this.#traceIdAt = start
    return this.#traceId
  }

  /** Lower-case hex. */
  spanId(): string {
    const length = this.#length()
    const start = this.#advance(length)
    if (length !== 8) return this.#bytes.hexSlice(start, start + length)
    if (!this.#same(this.#spanIdAt, start, 8)) this.#spanId = this.#bytes.hexSlice(start, start + 8)
    this.#spanIdAt = start
    return this.#spanId
  }

  /** Passes over a field that is unknown, or known with another wire type. */
  skip(tag: number): void {
    const type = tag & 7
    if (type === 0) this.#varint()
    else if (type === 1) this.#advance(8)
    else if (type === 2) this.#advance(this.#length())
    else if (type === 5) this.#advance(4)
    else this.fail('CLEW_OTLP_TAG', `field ${tag >>> 3} has the unsupported wire type ${type}`)
  }

  fail(code: OtlpDecodeErrorCode, problem: string, at: number = this.#position): never {
    throw decodeError(code, `byte ${at}`, problem)
  }

  #same(before: number, start: number, length: number): boolean {
    if (before < 0) return false
    const bytes = this.#bytes
    for (let i = 0; i < length; i++) if (bytes[before + i] !== bytes[start + i]) return false
    return true
  }

  #advance(length: number): number {
    const start = this.#position
    const left = this.#end - start
    if (length > left) this.fail('CLEW_OTLP_TRUNCATED', `${length} bytes expected, ${left} left`)
    this.#position = start + length
    return start
  }

  #length(): number {
    const at = this.#position
    const length = this.#varint()
    const left = this.#end - this.#position
    if (this.#high !== 0 || length > left) {
      const expected = this.#high * 0x1_0000_0000 + length
      this.fail('CLEW_OTLP_TRUNCATED', `a field of ${expected} bytes, ${left} left`, at)
    }
    return length
  }

  /** The low 32 bits, unsigned; the high ones go to `#high`. */
  #varint(): number {
    this.#high = 0
    if (this.#position < this.#end) {
      const first = this.#bytes[this.#position]!
      if (first < 0x80) {
        this.#position++
        return first
      }
    }
    return this.#longVarint()
  }

  #longVarint(): number {
    const at = this.#position
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#position >= this.#end) this.fail('CLEW_OTLP_TRUNCATED', 'a number without its end', at)
      const byte = this.#bytes[this.#position++]!
      const bits = byte & 0x7f
      if (shift <= 28) low |= bits << shift
      if (shift === 28) high = bits >>> 4
      else if (shift > 28) high |= bits << (shift - 32)
      if (byte < 0x80) {
        this.#high = high >>> 0
        return low >>> 0
      }
    }
    return this.fail('CLEW_OTLP_VARINT', 'a number of more than 10 bytes', at)
  }
}

/** Offsets at which framed records start in `records`; ends where a frame is cut off. */
export function recordOffsets(records: Uint8Array): number[] {
  const reader = new Reader(records)
  const offsets: number[] = []
  let start = 0
  try {
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      reader.skip(tag)
      offsets.push(start)
      start = reader.position
    }
  } catch (error) {
    if (!isOtlpDecodeError(error)) throw error
  }
  return offsets
}

import type { Redactor } from '../redact/redaction.ts'
import type { LogInput } from './input.ts'

/** Room kept behind every reservation, for the padding of words. */
const slack = 4

/** A growing buffer, and what the encoder must remember while it writes one record into it. */
export class ByteWriter {
  /** Replaced when it grows; only its first `position` bytes are written. */
  buffer: Buffer
  /** Of the same bytes: its 4 and 8 byte stores are single instructions. */
  view: DataView
  position = 0
  /** A record is being written: a getter that logs must not write into the middle of it. */
  busy = false
  /** Values left out of the message being written. */
  dropped = 0
  /** Attributes that the record being written may still send. */
  attributesLeft = 0
  /** The record being written says itself how many it stands for. */
  hasWeight = false
  /** UTF-16 units or bytes of one value. */
  maxLength = 0
  maxDepth = 0
  /** Position after which arrays and objects take no further entries. */
  stopAt = 0
  /** The objects around the value being written. */
  ancestors: object[] = []
  /** The log record being written. */
  record: LogInput | undefined = undefined
  /** Records written by getters of the record being written. */
  later: ByteWriter[] = []
  /** What takes secrets out of it. */
  redactor: Redactor | undefined = undefined
  /** With a redactor, the keys around the value being written. */
  path: string[] = []

  constructor(initialBytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes)
    this.view = viewOf(this.buffer)
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Makes a writer that grows by doubling. Set `position` to 0 to reuse it. */
export function createByteWriter(initialBytes = 16_384): ByteWriter {
  return new ByteWriter(Math.max(64, initialBytes))
}

/** Makes room for `bytes` more bytes. */
export function reserve(writer: ByteWriter, bytes: number): void {
  if (writer.position + bytes + slack > writer.buffer.length) grow(writer, bytes)
}

function grow(writer: ByteWriter, bytes: number): void {
  const size = Math.max(writer.buffer.length * 2, writer.position + bytes + slack)
  moveWriter(writer, Buffer.allocUnsafeSlow(size))
}

/** Copies what is written into `buffer`, which must be at least as large, and goes on writing there. */
export function moveWriter(writer: ByteWriter, buffer: Buffer): void {
  writer.buffer.copy(buffer, 0, 0, writer.position)
  writer.buffer = buffer
  writer.view = viewOf(buffer)
}

/** Appends what another writer holds. Throws when there is no memory for it. */
export function appendWritten(writer: ByteWriter, { buffer, position }: ByteWriter): void {
  reserve(writer, position)
  buffer.copy(writer.buffer, writer.position, 0, position)
  writer.position += position
}

/** Appends bytes as they are. Throws when there is no memory for them. */
export function appendBytes(writer: ByteWriter, bytes: Buffer): void {
  reserve(writer, bytes.length)
  bytes.copy(writer.buffer, writer.position)
  writer.position += bytes.length
}

export function varintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/** Writes an unsigned 32-bit varint into reserved room and returns the position behind it. */
export function putVarint(buffer: Buffer, position: number, value: number): number {
  let rest = value
  let next = position
  while (rest > 0x7f) {
    buffer[next++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[next++] = rest
  return next
}

/** Writes a tag, leaves `width` bytes for the length, and returns where the message begins. */
export function openMessage(writer: ByteWriter, tag: number, width: number): number {
  reserve(writer, 1 + width)
  writer.buffer[writer.position] = tag
  writer.position += 1 + width
  return writer.position
}

/** Writes the length of the message that begins at `start`, moving it where the length is not `width` bytes wide. */
export function closeMessage(writer: ByteWriter, start: number, width: number): void {
  const length = writer.position - start
  if (width === 1 && length < 0x80) {
    writer.buffer[start - 1] = length
    return
  }
  const shift = varintSize(length) - width
  if (shift !== 0) {
    if (shift > 0) reserve(writer, shift)
    writer.buffer.copyWithin(start + shift, start, writer.position)
    writer.position += shift
  }
  putVarint(writer.buffer, start - width, length)
}

/** Bytes as little-endian words: short runs are copied fastest by whole words. The last one is padded. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  padded.set(bytes)
  const view = new DataView(padded.buffer)
  return Uint32Array.from({ length: padded.length / 4 }, (_, index) => view.getUint32(index * 4, true))
}

/** Copies words into reserved room; their padding is overwritten by what follows. */
export function putWords(view: DataView, position: number, words: Uint32Array): void {
  for (let index = 0; index < words.length; index++) view.setUint32(position + index * 4, words[index]!, true)
}

/** Bytes that are often written again as they are. */
export type Run = { length: number; readonly words: Uint32Array }

/** What was written from `start` on. */
export function runFrom(writer: ByteWriter, start: number): Run {
  const run = { length: 0, words: new Uint32Array((writer.position - start + 3) >>> 2) }
  keepRun(writer, start, run)
  return run
}

/** Makes `run` what was written from `start` on; it must have words enough. */
export function keepRun({ position, view }: ByteWriter, start: number, run: Run): void {
  run.length = position - start
  for (let index = 0; index * 4 < run.length; index++)
    run.words[index] = view.getUint32(start + index * 4, true)
}

/** Writes such bytes. */
export function writeRun(writer: ByteWriter, { length, words }: Run): void {
  reserve(writer, words.length * 4)
  putWords(writer.view, writer.position, words)
  writer.position += length
}

/** Writes a tag and bytes with their length. */
export function writeBytesField(writer: ByteWriter, tag: number, bytes: Uint8Array): void {
  reserve(writer, bytes.length + 6)
  const { buffer } = writer
  buffer[writer.position] = tag
  const start = putVarint(buffer, writer.position + 1, bytes.length)
  buffer.set(bytes, start)
  writer.position = start + bytes.length
}

const maxUnixMs = 2 ** 64 / 1e6

/** Writes a tag and a varint of 64 bits given as two halves. */
function writeVarint64(writer: ByteWriter, tag: number, low: number, high: number): void {
  reserve(writer, 11)
  const { buffer } = writer
  let position = writer.position
  let rest = low
  let highRest = high
  buffer[position++] = tag
  while (highRest !== 0) {
    buffer[position++] = (rest & 0x7f) | 0x80
    rest = ((rest >>> 7) | (highRest << 25)) >>> 0
    highRest >>>= 7
  }
  writer.position = putVarint(buffer, position, rest)
}

function writeVarint32(writer: ByteWriter, tag: number, value: number): void {
  reserve(writer, 6)
  writer.buffer[writer.position] = tag
  writer.position = putVarint(writer.buffer, writer.position + 1, value >>> 0)
}

/** Writes a tag and a safe integer as int64. */
export function writeInteger(writer: ByteWriter, tag: number, value: number): void {
  if (value >= 0 && value <= 0xffff_ffff) writeVarint32(writer, tag, value)
  else writeVarint64(writer, tag, value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0)
}

/** Writes a tag and a bigint that fits int64. */
export function writeBigInteger(writer: ByteWriter, tag: number, value: bigint): void {
  writeVarint64(writer, tag, Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)))
}

/** Writes a tag and a count; nothing where it is 0. Counts end at 2^32 - 1. */
export function writeCount(writer: ByteWriter, tag: number, value: number): void {
  if (value > 0) writeVarint32(writer, tag, Math.min(value, 0xffff_ffff))
}

export function writeDouble(writer: ByteWriter, tag: number, value: number): void {
  reserve(writer, 9)
  writer.buffer[writer.position] = tag
  writer.view.setFloat64(writer.position + 1, value, true)
  writer.position += 9
}

export function writeFixed32(writer: ByteWriter, tag: number, value: number): void {
  reserve(writer, 6)
  const start = putVarint(writer.buffer, writer.position, tag)
  writer.view.setUint32(start, value, true)
  writer.position = start + 4
}

/** Writes a tag and Unix nanoseconds as fixed64, exact for the double that `unixMs` is; nothing where it is no time. */
export function writeTime(writer: ByteWriter, tag: number, unixMs: number): void {
  if (!(unixMs > 0 && unixMs < maxUnixMs)) return
  reserve(writer, 9)
  const { position, view } = writer
  const wholeMs = Math.floor(unixMs)
  const upperMs = Math.floor(wholeMs / 0x20_0000)
  const lowerMs = wholeMs - upperMs * 0x20_0000
  // Every product and sum stays below 2^53: upper counts units of 2^21 ns, lower counts ns.
  const upper = upperMs * 1e6
  const upperHigh = Math.floor(upper / 0x800)
  const low = (upper - upperHigh * 0x800) * 0x20_0000 + lowerMs * 1e6 + Math.round((unixMs - wholeMs) * 1e6)
  const carry = Math.floor(low / 0x1_0000_0000)
  writer.buffer[position] = tag
  view.setUint32(position + 1, low - carry * 0x1_0000_0000, true)
  view.setUint32(position + 5, upperHigh + carry, true)
  writer.position = position + 9
}

/** Writes the time under two tags. */
export function writeTimeTwice(writer: ByteWriter, tag: number, secondTag: number, unixMs: number): void {
  const start = writer.position
  writeTime(writer, tag, unixMs)
  if (writer.position === start) return
  reserve(writer, 9)
  const { buffer, view } = writer
  buffer[start + 9] = secondTag
  view.setUint32(start + 10, view.getUint32(start + 1, true), true)
  view.setUint32(start + 14, view.getUint32(start + 5, true), true)
  writer.position = start + 18
}

import { type ByteWriter, putVarint, reserve } from './byte-writer.ts'

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

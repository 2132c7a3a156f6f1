import { type ByteWriter, reserve } from './byte-writer.ts'

const invalid = 0xff
const digitOf = new Uint8Array(128).fill(invalid)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  digitOf[text.charCodeAt(0)] = digit
  digitOf[text.toUpperCase().charCodeAt(0)] = digit
}

/** Writes a tag and an id of `hexLength` hex digits as bytes. An id of another length, or with other characters, is not written: false. */
export function writeHexId(writer: ByteWriter, tag: number, id: string, hexLength: number): boolean {
  if (typeof id !== 'string' || id.length !== hexLength) return false
  const byteLength = hexLength >>> 1
  reserve(writer, byteLength + 2)
  const { buffer, position } = writer
  let seen = 0
  for (let index = 0; index < byteLength; index++) {
    const high = digitOf[id.charCodeAt(index * 2)] ?? invalid
    const low = digitOf[id.charCodeAt(index * 2 + 1)] ?? invalid
    seen |= high | low
    buffer[position + 2 + index] = (high << 4) | low
  }
  if (seen > 0x0f) return false
  buffer[position] = tag
  buffer[position + 1] = byteLength
  writer.position = position + byteLength + 2
  return true
}

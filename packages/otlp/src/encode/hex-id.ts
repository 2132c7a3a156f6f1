import { type ByteWriter, reserve } from './byte-writer.ts'

const invalid = 0xff
const digitOf = new Uint8Array(128).fill(invalid)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  digitOf[text.charCodeAt(0)] = digit
  digitOf[text.toUpperCase().charCodeAt(0)] = digit
}

/** Ids seen last with their bytes, one per slot: the records of a request repeat its ids. */
const slots = 256
const maxWords = 4
const seenIds: string[] = new Array<string>(slots).fill('')
const seenWords = new Uint32Array(slots * maxWords)

/** Writes a tag and an id of `hexLength` hex digits, at most 32, as bytes. Anything else is not written: false. */
export function writeHexId(writer: ByteWriter, tag: number, id: string, hexLength: number): boolean {
  if (typeof id !== 'string' || id.length !== hexLength) return false
  const slot = (id.charCodeAt(hexLength - 1) * 31 + id.charCodeAt(hexLength - 2)) & (slots - 1)
  if (seenIds[slot] !== id && !parseInto(slot, id)) return false
  const byteLength = hexLength >>> 1
  reserve(writer, byteLength + 2)
  const { buffer, position, view } = writer
  buffer[position] = tag
  buffer[position + 1] = byteLength
  for (let index = 0; index * 4 < byteLength; index++) {
    view.setUint32(position + 2 + index * 4, seenWords[slot * maxWords + index]!, true)
  }
  writer.position = position + byteLength + 2
  return true
}

function parseInto(slot: number, id: string): boolean {
  let seen = 0
  let word = 0
  for (let index = 0; index < id.length; index += 2) {
    const high = digitOf[id.charCodeAt(index)] ?? invalid
    const low = digitOf[id.charCodeAt(index + 1)] ?? invalid
    seen |= high | low
    word = (word >>> 8) | (((high << 4) | low) << 24)
    if ((index & 6) === 6) seenWords[slot * maxWords + (index >>> 3)] = word
  }
  seenIds[slot] = seen > 0x0f ? '' : id
  return seen <= 0x0f
}

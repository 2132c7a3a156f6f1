import { type ByteWriter, closeMessage, reserve, varintSize } from './byte-writer.ts'
import { maxNameLength } from './limits.ts'

/** Up to this many units a loop over char codes is faster than the call into Buffer. */
const shortLength = 20

/** Above this, the exact size is counted rather than three bytes per unit reserved. */
const longLength = 4096

/** Cuts to at most `maxLength` UTF-16 units, never inside a surrogate pair. */
export function truncateText(text: string, maxLength: number): string {
  if (!(text.length > maxLength)) return text
  const cutsPair =
    isHighSurrogate(text.charCodeAt(maxLength - 1)) && isLowSurrogate(text.charCodeAt(maxLength))
  return text.slice(0, cutsPair ? maxLength - 1 : maxLength)
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

/** Writes ASCII text into reserved room; returns the position behind it, or -1 if the text is longer than short or not ASCII. */
export function putShortAscii(buffer: Buffer, position: number, text: string): number {
  const length = text.length
  if (length > shortLength) return -1
  let units = 0
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index)
    units |= unit
    buffer[position + index] = unit
  }
  return units > 0x7f ? -1 : position + length
}

/** Writes a tag and text as UTF-8 with its length; a lone surrogate becomes U+FFFD. */
export function writeTextField(writer: ByteWriter, tag: number, text: string): void {
  const length = text.length
  reserve(writer, 6 + (length > longLength ? Buffer.byteLength(text) : length * 3))
  const { buffer, position } = writer
  buffer[position] = tag
  const end = putShortAscii(buffer, position + 2, text)
  if (end !== -1) {
    buffer[position + 1] = length
    writer.position = end
    return
  }
  const width = varintSize(length)
  const start = position + 1 + width
  writer.position = start + buffer.write(text, start)
  closeMessage(writer, start, width)
}

/** Writes a text of the message's own; nothing where it is empty. JavaScript callers pass other things than strings: their text is sent. */
export function writeName(writer: ByteWriter, tag: number, name: string | undefined): void {
  if (name === undefined || name === null || name === '') return
  writeTextField(writer, tag, truncateText(typeof name === 'string' ? name : String(name), maxNameLength))
}

import type { KeyVerdict } from '../redact/redaction.ts'
import {
  type ByteWriter,
  closeMessage,
  createByteWriter,
  reserve,
  varintSize,
  wordsOf,
} from './byte-writer.ts'
import { lookAhead, maxNameLength } from './limits.ts'

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

/**
 * The text without secrets, where a redactor looks for them; `maxLength` of it is sent. `of`: the key whose whole value it is. What
 * is not looked at is not sent either, also where secrets were longer than what stands in their place.
 */
export function cleanText(
  { redactor }: ByteWriter,
  text: string,
  maxLength: number,
  of?: KeyVerdict,
): string {
  if (redactor === undefined) return text
  const seen = truncateText(text, maxLength + lookAhead)
  const clean = redactor.text(seen, of)
  if (seen.length === text.length) return clean
  return truncateText(clean, Math.max(0, clean.length - (seen.length - maxLength)))
}

/** Writes ASCII text; returns the position behind it, or -1 if it is not ASCII. Room for three bytes a unit must be reserved. */
export function putAscii(buffer: Buffer, position: number, text: string): number {
  if (text.length <= shortLength) return putShortAscii(buffer, position, text)
  const end = position + buffer.write(text, position)
  return end === position + text.length ? end : -1
}

function putShortAscii(buffer: Buffer, position: number, text: string): number {
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
  const text = typeof name === 'string' ? name : String(name)
  writeTextField(writer, tag, truncateText(cleanText(writer, text, maxNameLength), maxNameLength))
}

const invalid = 0xff
const digitOf = new Uint8Array(128).fill(invalid)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  digitOf[text.charCodeAt(0)] = digit
  digitOf[text.toUpperCase().charCodeAt(0)] = digit
}

/** Ids seen last with their bytes, one for each three digits at the end: the records of a request repeat its ids. */
const slots = 4096
const maxWords = 4
const seenIds: string[] = new Array<string>(slots).fill('')
const seenWords = new Uint32Array(slots * maxWords)

/** Writes a tag and an id of `hexLength` hex digits, at most 32, as bytes. Anything else is not written: false. */
export function writeHexId(writer: ByteWriter, tag: number, id: string, hexLength: number): boolean {
  if (typeof id !== 'string' || id.length !== hexLength) return false
  const slot = hexLength === 32 ? slotOfTrace(id) : slotOf(id)
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

// An id is a part of a longer text, of which a character takes as long as a comparison of two that are the same.
let lastTrace = ''
let lastTraceSlot = 0

function slotOfTrace(id: string): number {
  if (id === lastTrace) return lastTraceSlot
  lastTrace = id
  lastTraceSlot = slotOf(id)
  return lastTraceSlot
}

function slotOf(id: string): number {
  const { length } = id
  return (
    ((hexOf(id.charCodeAt(length - 3)) << 8) |
      (hexOf(id.charCodeAt(length - 2)) << 4) |
      hexOf(id.charCodeAt(length - 1))) &
    (slots - 1)
  )
}

/** The value of a hex digit, and any number for another character. */
function hexOf(code: number): number {
  return (code & 0xf) + (code >> 6) * 9
}

/** Tells the bytes of an id of 16 or 32 hex digits, from `offset` on, so that its text need not be read to write them. */
export function noteHexId(id: string, bytes: DataView, offset: number): void {
  const slot = slotOf(id)
  seenIds[slot] = id
  for (let index = 0; index * 8 < id.length; index++) {
    seenWords[slot * maxWords + index] = bytes.getUint32(offset + index * 4, true)
  }
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

/** Fields of `KeyValue`. */
export const keyTag: number = 0x0a
export const valueTag: number = 0x12

const maxCached = 4096
const maxCachedLength = 64

/** A key with the bytes that stand before its value in a `KeyValue`. */
export type KeyField = {
  readonly key: string
  /** Of `words`: tag, length and key, and the tag of the value. */
  readonly length: number
  readonly words: Uint32Array
  /** The key that came after it the last time: records repeat the order of their keys. */
  next: KeyField | undefined
  /** The set that was asked last whether it has the key, and its answer: records repeat what they omit. */
  omit: ReadonlySet<string> | undefined
  isOmitted: boolean
}

/** Whether `omit` has the key. */
export function isOmitted(field: KeyField, omit: ReadonlySet<string>): boolean {
  if (field.omit !== omit) {
    field.omit = omit
    field.isOmitted = omit.has(field.key)
  }
  return field.isOmitted
}

const cache = new Map<string, KeyField>()
let last = createKeyField('')

export function keyField(key: string): KeyField {
  const { next } = last
  if (next !== undefined && next.key === key) {
    last = next
    return next
  }
  return key.length > maxCachedLength ? createKeyField(key) : findKey(key)
}

function findKey(key: string): KeyField {
  const found = cache.get(key) ?? addKey(key)
  last.next = found
  last = found
  return found
}

function addKey(key: string): KeyField {
  // Keys made of data (ids, emails) would fill the cache for good: start anew, the real keys are back at once.
  if (cache.size >= maxCached) forgetKeys()
  const added = createKeyField(key)
  cache.set(key, added)
  return added
}

function forgetKeys(): void {
  for (const cached of cache.values()) cached.next = undefined
  cache.clear()
}

function createKeyField(key: string): KeyField {
  const writer = createByteWriter(key.length + 8)
  writeTextField(writer, keyTag, truncateText(key, maxNameLength))
  writer.buffer[writer.position++] = valueTag
  const words = wordsOf(writer.buffer.subarray(0, writer.position))
  return { key, length: writer.position, words, next: undefined, omit: undefined, isOmitted: false }
}

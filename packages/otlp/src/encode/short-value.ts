import { type ByteWriter, putVarint, putWords, reserve } from './byte-writer.ts'
import type { KeyField } from './text.ts'
import { putAscii } from './text.ts'

/** Tags of `AnyValue`, opentelemetry/proto/common/v1/common.proto */
export const stringTag: number = 0x0a
export const booleanTag: number = 0x10
export const integerTag: number = 0x18
export const doubleTag: number = 0x21
export const arrayTag: number = 0x2a
export const kvlistTag: number = 0x32
export const bytesTag: number = 0x3a

/** Key and value of this length together have one-byte lengths all around. */
export const shortLength = 110
/**
 * Writes a `KeyValue` as field `tag`: the common case, with all lengths of one byte, in one go. False, and nothing is written, for
 * all others.
 */
export function writeShortEntry(writer: ByteWriter, tag: number, field: KeyField, value: unknown): boolean {
  const keyLength = field.length
  const length = lengthOf(value)
  if (keyLength + length > shortLength || length > writer.maxLength) return false
  reserve(writer, keyLength + length * 3 + 6)
  const { buffer, position } = writer
  const valueAt = position + 3 + keyLength
  putWords(writer.view, position + 2, field.words)
  const end = putValue(writer, valueAt, value)
  if (end === -1) return false
  buffer[position] = tag
  buffer[position + 1] = end - position - 2
  buffer[valueAt - 1] = end - valueAt
  writer.position = end
  return true
}

/** The same for an `AnyValue` by itself. */
export function writeShortValue(writer: ByteWriter, tag: number, value: unknown): boolean {
  const length = lengthOf(value)
  if (length > shortLength || length > writer.maxLength) return false
  reserve(writer, length * 3 + 4)
  const { buffer, position } = writer
  const end = putValue(writer, position + 2, value)
  if (end === -1) return false
  buffer[position] = tag
  buffer[position + 1] = end - position - 2
  writer.position = end
  return true
}

/** Of a boolean or a number, with its tag. */
const scalarLength = 9

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : scalarLength
}

/** Writes an `AnyValue` into reserved room; returns the position behind it, or -1. */
function putValue({ buffer, view }: ByteWriter, position: number, value: unknown): number {
  if (typeof value === 'string') {
    buffer[position] = stringTag
    buffer[position + 1] = value.length
    return putAscii(buffer, position + 2, value)
  }
  if (typeof value === 'number') return putNumber(buffer, view, position, value)
  if (typeof value !== 'boolean') return -1
  buffer[position] = booleanTag
  buffer[position + 1] = value ? 1 : 0
  return position + 2
}

function putNumber(buffer: Buffer, view: DataView, position: number, value: number): number {
  if (!Number.isSafeInteger(value)) {
    buffer[position] = doubleTag
    view.setFloat64(position + 1, value, true)
    return position + 9
  }
  if (value < 0 || value > 0xffff_ffff) return -1
  buffer[position] = integerTag
  return putVarint(buffer, position + 1, value)
}

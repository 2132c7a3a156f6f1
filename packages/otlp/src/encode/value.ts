import { types } from 'node:util'
import { redacted } from '../redact/redaction.ts'
import {
  type ByteWriter,
  closeMessage,
  openMessage,
  putWords,
  reserve,
  writeBigInteger,
  writeBytesField,
  writeDouble,
  writeInteger,
} from './byte-writer.ts'
import {
  bigintText,
  functionText,
  hasOwn,
  inheritsKeys,
  isError,
  leafText,
  readErrorParts,
  readProperty,
  threwText,
} from './foreign-value.ts'
import { lookAhead } from './limits.ts'
import { isSecretNumber, writeRedacted } from './redacted-entry.ts'
import {
  arrayTag,
  booleanTag,
  bytesTag,
  doubleTag,
  integerTag,
  kvlistTag,
  shortLength,
  stringTag,
  writeShortEntry,
  writeShortValue,
} from './short-value.ts'
import { cleanText, type KeyField, keyField, truncateText, writeTextField } from './text.ts'

/** Field 1 of `ArrayValue` and of `KeyValueList`. */
export const entryTag: number = 0x0a

/** Writes a `KeyValue` as field `tag`. Never throws on the value's account: what throws is replaced by a text. */
export function writeKeyValue(
  writer: ByteWriter,
  tag: number,
  field: KeyField,
  value: unknown,
  depth: number,
): void {
  if (writer.redactor === undefined) writeAsIs(writer, tag, field, value, depth)
  else writeRedacted(writer, { tag, field, value, depth }, writeAsIs)
}

function writeAsIs(writer: ByteWriter, tag: number, field: KeyField, value: unknown, depth: number): void {
  if (writeShortEntry(writer, tag, field, value)) return
  const width = field.length + (typeof value === 'string' ? value.length : 16) < shortLength ? 1 : 2
  const start = openMessage(writer, tag, width)
  reserve(writer, field.length)
  putWords(writer.view, writer.position, field.words)
  writer.position += field.length
  writeValue(writer, value, depth)
  closeMessage(writer, start, width)
}

/** Writes an `AnyValue` as field `tag`. */
export function writeValueField(writer: ByteWriter, tag: number, value: unknown, depth: number): void {
  if (writer.redactor === undefined && writeShortValue(writer, tag, value)) return
  reserve(writer, 1)
  writer.buffer[writer.position++] = tag
  writeValue(writer, value, depth)
}

/** Writes an `AnyValue` behind its tag. */
function writeValue(writer: ByteWriter, value: unknown, depth: number): void {
  const width = typeof value === 'string' && value.length > 120 ? 2 : 1
  reserve(writer, width)
  writer.position += width
  const start = writer.position
  if (typeof value === 'object' && value !== null) tryObject(writer, value, depth)
  else writeScalar(writer, value)
  closeMessage(writer, start, width)
}

function tryObject(writer: ByteWriter, value: object, depth: number): void {
  const { position, dropped, ancestors } = writer
  const level = ancestors.length
  try {
    writeObject(writer, value, depth, true)
  } catch (error) {
    writer.position = position
    writer.dropped = dropped
    ancestors.length = level
    writeText(writer, threwText(error))
  }
}

function writeScalar(writer: ByteWriter, value: unknown): void {
  if (typeof value === 'string') writeText(writer, value)
  else if (isSecretNumber(writer, value)) writeText(writer, redacted)
  else if (typeof value === 'number') writeNumber(writer, value)
  else if (typeof value === 'boolean') writeInteger(writer, booleanTag, value ? 1 : 0)
  else if (typeof value === 'bigint') writeBigint(writer, value)
  else if (typeof value === 'symbol') writeText(writer, value.toString())
  else if (typeof value === 'function') writeText(writer, functionText(value))
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value)) writeInteger(writer, integerTag, value)
  else writeDouble(writer, doubleTag, value)
}

function writeBigint(writer: ByteWriter, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) writeBigInteger(writer, integerTag, value)
  else writeText(writer, bigintText(value))
}

function writeText(writer: ByteWriter, text: string): void {
  const { maxLength } = writer
  writeTextField(writer, stringTag, truncateText(cleanText(writer, text, maxLength), maxLength))
}

function writeObject(writer: ByteWriter, value: object, depth: number, callToJson: boolean): void {
  const { ancestors } = writer
  if (ancestors.includes(value)) {
    writeText(writer, '[Circular]')
    return
  }
  const isArray = Array.isArray(value)
  if (!isArray && !isPlain(value) && writeLeaf(writer, value)) return
  if (depth >= writer.maxDepth) {
    writer.dropped++
    writeText(writer, isArray ? '[Array]' : '[Object]')
    return
  }
  ancestors.push(value)
  if (isArray) writeArray(writer, value, depth)
  else writeKeyed(writer, value, depth, callToJson)
  ancestors.pop()
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Writes an object that is one value rather than its properties; false for all others. */
function writeLeaf(writer: ByteWriter, value: object): boolean {
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    writeBytes(writer, value)
    return true
  }
  if (types.isBoxedPrimitive(value)) {
    writeScalar(writer, value.valueOf())
    return true
  }
  const text = leafText(value)
  if (text !== undefined) writeText(writer, text)
  return text !== undefined
}

function writeKeyed(writer: ByteWriter, value: object, depth: number, callToJson: boolean): void {
  if (types.isMap(value)) writeMap(writer, value, depth)
  else if (types.isSet(value)) writeSet(writer, value, depth)
  else if (isError(value)) writeError(writer, value, depth)
  else if (callToJson && 'toJSON' in value && typeof value.toJSON === 'function') {
    const printed = printedJson(writer)
    writeJson(writer, value, printed === undefined ? value.toJSON('') : printed, depth)
  } else writeKvlist(writer, value, depth)
}

/** Of the object that was put last on `ancestors`. */
function printedJson({ record, ancestors }: ByteWriter): unknown {
  return record?.attributes && record.printedJson?.(record.attributes, ancestors)
}

function writeJson(writer: ByteWriter, value: object, json: unknown, depth: number): void {
  if (json === value) writeKvlist(writer, value, depth)
  else if (typeof json === 'object' && json !== null) writeObject(writer, json, depth, false)
  else writeScalar(writer, json)
}

function writeKvlist(writer: ByteWriter, value: object, depth: number): void {
  const start = openMessage(writer, kvlistTag, 1)
  writeProperties(writer, value, depth)
  closeMessage(writer, start, 1)
}

function writeArray(writer: ByteWriter, values: readonly unknown[], depth: number): void {
  const start = openMessage(writer, arrayTag, 1)
  const { length } = values
  for (let index = 0; index < length; index++) {
    if (writer.position > writer.stopAt) {
      writer.dropped += length - index
      break
    }
    writeValueField(writer, entryTag, readProperty(values, index), depth + 1)
  }
  closeMessage(writer, start, 1)
}

// Their own iterators: those of a subclass may never end.
function writeMap(writer: ByteWriter, map: Map<unknown, unknown>, depth: number): void {
  const start = openMessage(writer, kvlistTag, 1)
  let left = map.size
  for (const [key, value] of Map.prototype.entries.call(map)) {
    if (writer.position > writer.stopAt) break
    writeEntry(writer, keyText(key), value, depth)
    left--
  }
  writer.dropped += Math.max(0, left)
  closeMessage(writer, start, 1)
}

function writeSet(writer: ByteWriter, set: Set<unknown>, depth: number): void {
  const start = openMessage(writer, arrayTag, 1)
  let left = set.size
  for (const value of Set.prototype.values.call(set)) {
    if (writer.position > writer.stopAt) break
    writeValueField(writer, entryTag, value, depth + 1)
    left--
  }
  writer.dropped += Math.max(0, left)
  closeMessage(writer, start, 1)
}

function keyText(key: unknown): string {
  try {
    return String(key)
  } catch (error) {
    return threwText(error)
  }
}

function writeError(writer: ByteWriter, error: object, depth: number): void {
  const start = openMessage(writer, kvlistTag, 1)
  const { type, message, stack, cause, errors } = readErrorParts(error)
  writeEntry(writer, 'type', type, depth)
  writeEntry(writer, 'message', message, depth)
  writeEntry(writer, 'stacktrace', stack, depth)
  writeProperties(writer, error, depth, errorKeys)
  writeEntry(writer, 'cause', cause, depth)
  writeEntry(writer, 'errors', errors, depth)
  closeMessage(writer, start, 1)
}

const errorKeys: ReadonlySet<string> = new Set([
  'type',
  'name',
  'message',
  'stack',
  'stacktrace',
  'cause',
  'errors',
])

function writeProperties(writer: ByteWriter, value: object, depth: number, omit?: ReadonlySet<string>): void {
  const inherits = inheritsKeys(value)
  for (const key in value) {
    if ((inherits && !hasOwn.call(value, key)) || omit?.has(key)) continue
    if (writer.position > writer.stopAt) writer.dropped++
    else writeEntry(writer, key, readProperty(value, key), depth)
  }
}

function writeEntry(writer: ByteWriter, key: string, value: unknown, depth: number): void {
  if (value === undefined) return
  if (writer.position > writer.stopAt) writer.dropped++
  else writeKeyValue(writer, entryTag, keyField(key), value, depth + 1)
}

function writeBytes(writer: ByteWriter, value: ArrayBufferView | ArrayBufferLike): void {
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value)
  const { maxLength, redactor } = writer
  if (redactor?.isSecretBytes(bytes.subarray(0, maxLength + lookAhead))) writeText(writer, redacted)
  else writeBytesField(writer, bytesTag, bytes.length > maxLength ? bytes.subarray(0, maxLength) : bytes)
}

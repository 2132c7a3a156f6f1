import type { Attributes, Resource, Scope, Value } from '../model.ts'
import { type ByteWriter, closeMessage, openMessage, reserve, writeBytesField } from './byte-writer.ts'
import { writeBigInteger, writeCount, writeDouble, writeInteger } from './number.ts'
import { writeTextField } from './text.ts'

/** Tags of `AnyValue`, opentelemetry/proto/common/v1/common.proto */
const stringTag = 0x0a
const booleanTag = 0x10
const integerTag = 0x18
const doubleTag = 0x21
const arrayTag = 0x2a
const kvlistTag = 0x32
const bytesTag = 0x3a
/** Field 1 of `ArrayValue` and of `KeyValueList`. */
const entryTag = 0x0a
/** Fields of `KeyValue`. */
const keyTag = 0x0a
const valueTag = 0x12

/** Writes an embedded message as field `tag`. */
export function writeMessage(writer: ByteWriter, tag: number, writeFields: () => void): void {
  const start = openMessage(writer, tag, 1)
  writeFields()
  closeMessage(writer, start, 1)
}

export function writeModelAttributes(writer: ByteWriter, tag: number, attributes: Attributes): void {
  for (const key of Object.keys(attributes)) {
    writeMessage(writer, tag, () => {
      writeModelText(writer, keyTag, key)
      writeModelValue(writer, valueTag, attributes[key] ?? null)
    })
  }
}

/** Writes an `AnyValue` whole: no limit applies. A whole number goes as an integer, -0 as a double. */
export function writeModelValue(writer: ByteWriter, tag: number, value: Value): void {
  writeMessage(writer, tag, () => {
    if (typeof value === 'string') writeTextField(writer, stringTag, value)
    else if (typeof value === 'number') writeNumber(writer, value)
    else if (typeof value === 'boolean') writeInteger(writer, booleanTag, value ? 1 : 0)
    else if (typeof value === 'bigint') writeBigInteger(writer, integerTag, value)
    else if (value instanceof Uint8Array) writeBytesField(writer, bytesTag, value)
    else if (value !== null) writeNested(writer, value)
  })
}

function writeNested(writer: ByteWriter, value: Value[] | Attributes): void {
  if (!Array.isArray(value)) {
    writeMessage(writer, kvlistTag, () => writeModelAttributes(writer, entryTag, value))
    return
  }
  writeMessage(writer, arrayTag, () => {
    for (const entry of value) writeModelValue(writer, entryTag, entry)
  })
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(writer, integerTag, value)
  else writeDouble(writer, doubleTag, value)
}

/** Writes a text of any length; nothing where it is empty. */
export function writeModelText(writer: ByteWriter, tag: number, text: string): void {
  if (text !== '') writeTextField(writer, tag, text)
}

/** Writes the bytes of an id of any length; nothing where it is empty. */
export function writeModelId(writer: ByteWriter, tag: number, hex: string): void {
  if (hex !== '') writeBytesField(writer, tag, Buffer.from(hex, 'hex'))
}

/** Writes an int32; nothing where it is 0. */
export function writeModelInt(writer: ByteWriter, tag: number, value: number): void {
  if (value !== 0) writeInteger(writer, tag, value)
}

/** Writes unix nanoseconds as fixed64; nothing where they are 0. */
export function writeModelTime(writer: ByteWriter, tag: number, unixNano: bigint): void {
  if (unixNano === 0n) return
  reserve(writer, 9)
  writer.buffer[writer.position] = tag
  writer.view.setBigUint64(writer.position + 1, unixNano, true)
  writer.position += 9
}

/** Writes the `Resource` of `ResourceLogs` or `ResourceSpans`. */
export function writeModelResource(writer: ByteWriter, resource: Resource): void {
  writeMessage(writer, 0x0a, () => {
    writeModelAttributes(writer, 0x0a, resource.attributes)
    writeCount(writer, 0x10, resource.droppedAttributesCount)
  })
}

/** Writes the `InstrumentationScope` of `ScopeLogs` or `ScopeSpans`. */
export function writeModelScope(writer: ByteWriter, scope: Scope): void {
  writeMessage(writer, 0x0a, () => {
    writeModelText(writer, 0x0a, scope.name)
    writeModelText(writer, 0x12, scope.version)
    writeModelAttributes(writer, 0x1a, scope.attributes)
    writeCount(writer, 0x20, scope.droppedAttributesCount)
  })
}

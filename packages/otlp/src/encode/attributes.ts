import { type ByteWriter, createByteWriter, type Run, runFrom, writeRun } from './byte-writer.ts'
import { describeException } from './exception.ts'
import { hasAttribute, hasOwn, inheritsKeys, isError, readProperty, threwText } from './foreign-value.ts'
import type { LogInput } from './input.ts'
import { type EncodeLimits, maxDepth, maxNestedBytes } from './limits.ts'
import { isOmitted, type KeyField, keyField } from './text.ts'
import { writeKeyValue } from './value.ts'

/** Prepares the writer for values of at most `maxLength`, which are of `record` if they are of any. */
export function beginValues(
  writer: ByteWriter,
  limits: EncodeLimits,
  maxLength: number,
  record?: LogInput,
): void {
  writer.record = record
  writer.maxLength = maxLength
  writer.maxDepth = Math.min(limits.depth, maxDepth)
  writer.stopAt = writer.position + maxNestedBytes
}

/** Writes `attributes` as fields `tag` those beyond the limit are counted as dropped. */
export function writeAttributes(
  writer: ByteWriter,
  tag: number,
  attributes: object | undefined,
  limits: EncodeLimits,
): void {
  if (attributes === undefined) return
  const start = writer.position
  let count = 0
  try {
    const inherits = inheritsKeys(attributes)
    for (const key in attributes) {
      if (inherits && !hasOwn.call(attributes, key)) continue
      const value = readProperty(attributes, key)
      if (value === undefined) continue
      if (count++ < limits.attributeCount) writeKeyValue(writer, tag, keyField(key), value, 0)
      else writer.dropped++
    }
  } catch (error) {
    replaceAttributes(writer, tag, start, error)
  }
}

/** In place of attributes that do not let themselves be listed, as a revoked Proxy does not. */
export function replaceAttributes(writer: ByteWriter, tag: number, start: number, error: unknown): void {
  writer.position = start
  writer.ancestors.length = 0
  writer.dropped++
  writeKeyValue(writer, tag, keyField('clew.replaced'), threwText(error), 0)
}

/**
 * Writes exception.*, then the context's attributes, the record's own, and the scalar fields of the exception.
 * exception.* stand outside of the count limit. Each key is sent once; the record's own attributes win.
 */
export function writeLogAttributes(
  writer: ByteWriter,
  tag: number,
  record: LogInput,
  limits: EncodeLimits,
): void {
  const { exception, contextAttributes, attributes } = record
  writer.attributesLeft = limits.attributeCount
  writer.hasWeight = false
  const message = exception === undefined ? '' : writeException(writer, tag, record, exception)
  if (contextAttributes !== undefined) writeContext(writer, tag, record, contextAttributes)
  const thrown = attributes === undefined ? exception : writeOwn(writer, tag, record, attributes, message)
  if (thrown !== undefined) writeExceptionFields(writer, tag, record, thrown)
}

function writeOne(writer: ByteWriter, tag: number, field: KeyField, value: unknown): void {
  if (field.key === weightKey) writer.hasWeight = true
  if (writer.attributesLeft-- > 0) writeKeyValue(writer, tag, field, value, 0)
  else writer.dropped++
}

function writeContext(writer: ByteWriter, tag: number, record: LogInput, context: object): void {
  const start = writer.position
  try {
    const inherits = inheritsKeys(context)
    for (const key in context) {
      if ((inherits && !hasOwn.call(context, key)) || isOwn(record, key)) continue
      const value = readProperty(context, key)
      if (value !== undefined) writeOne(writer, tag, keyField(key), value)
    }
  } catch (error) {
    replaceAttributes(writer, tag, start, error)
  }
}

/** The first error fills exception.*; under its own key its message is enough. Returns what is in exception.*. */
function writeOwn(
  writer: ByteWriter,
  tag: number,
  record: LogInput,
  attributes: object,
  messageOfException: string,
): unknown {
  const { omit } = record
  const start = writer.position
  let { exception } = record
  let message = messageOfException
  try {
    const inherits = inheritsKeys(attributes)
    for (const key in attributes) {
      if (inherits && !hasOwn.call(attributes, key)) continue
      const field = keyField(key)
      if (omit !== undefined && isOmitted(field, omit)) continue
      let value = readProperty(attributes, key)
      if (value === undefined) continue
      if (typeof value === 'object' && value !== null) {
        if (exception === undefined && isErrorSafely(value)) {
          exception = value
          message = writeException(writer, tag, record, value)
        }
        if (value === exception) value = message
      }
      writeOne(writer, tag, field, value)
    }
  } catch (error) {
    replaceAttributes(writer, tag, start, error)
  }
  return exception
}

function isErrorSafely(value: object): boolean {
  try {
    return isError(value)
  } catch {
    return false
  }
}

/** Returns the message. */
function writeException(writer: ByteWriter, tag: number, record: LogInput, exception: unknown): string {
  const { type, message, stacktrace } = describeException(exception)
  writeExceptionPart(writer, tag, record, 'exception.type', type)
  writeExceptionPart(writer, tag, record, 'exception.message', message)
  writeExceptionPart(writer, tag, record, 'exception.stacktrace', stacktrace)
  return message
}

function writeExceptionPart(
  writer: ByteWriter,
  tag: number,
  record: LogInput,
  key: string,
  value: string | undefined,
): void {
  if (value === undefined || isTaken(record, key)) return
  writeKeyValue(writer, tag, keyField(key), value, 0)
}

/** Whether the record's own attributes send `key`. */
function isOwn({ attributes, omit }: LogInput, key: string): boolean {
  return attributes !== undefined && !omit?.has(key) && hasAttribute(attributes, key)
}

function isTaken(record: LogInput, key: string): boolean {
  const { contextAttributes } = record
  return isOwn(record, key) || (contextAttributes !== undefined && hasAttribute(contextAttributes, key))
}

const namedParts: ReadonlySet<string> = new Set([
  'name',
  'message',
  'stack',
  'cause',
  'errors',
  'exception.type',
  'exception.message',
  'exception.stacktrace',
])

/** Own scalar fields, such as `code` or `statusCode`, under their own keys. */
function writeExceptionFields(writer: ByteWriter, tag: number, record: LogInput, exception: unknown): void {
  if (typeof exception !== 'object' || exception === null) return
  const start = writer.position
  try {
    for (const key in exception) {
      if (!hasOwn.call(exception, key) || namedParts.has(key) || record.omit?.has(key)) continue
      if (isTaken(record, key)) continue
      const value = readProperty(exception, key)
      if (isScalar(value)) writeOne(writer, tag, keyField(key), value)
    }
  } catch (error) {
    replaceAttributes(writer, tag, start, error)
  }
}

export const weightKey = 'log.sample.weight'

/** How many records this one stands for, where the application has not said it. Outside of the count limit. */
export function writeWeight(writer: ByteWriter, tag: number, weight: number): void {
  if (writer.hasWeight) return
  if (weight !== 0 || writer.redactor !== undefined) {
    writeKeyValue(writer, tag, keyField(weightKey), weight, 0)
    return
  }
  noWeight ??= encodeWeight(tag)
  writeRun(writer, noWeight)
}

/** The weight of a record that is no sample. */
let noWeight: Run | undefined

function encodeWeight(tag: number): Run {
  const writer = createByteWriter(64)
  writeKeyValue(writer, tag, keyField(weightKey), 0, 0)
  return runFrom(writer, 0)
}

function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  )
}

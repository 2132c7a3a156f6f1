import type { ByteWriter } from './byte-writer.ts'
import { describeException } from './exception.ts'
import { hasAttribute, hasOwn, isError, readProperty, threwText } from './foreign-value.ts'
import type { LogInput } from './input.ts'
import { type EncodeLimits, maxDepth, maxNestedBytes } from './limits.ts'
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
    for (const key in attributes) {
      if (!hasOwn.call(attributes, key)) continue
      const value = readProperty(attributes, key)
      if (value === undefined) continue
      if (count++ < limits.attributeCount) writeKeyValue(writer, tag, key, value, 0)
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
  writeKeyValue(writer, tag, 'clew.replaced', threwText(error), 0)
}

/** What one record has sent so far. */
type Progress = {
  writer: ByteWriter
  tag: number
  record: LogInput
  limit: number
  count: number
  /** The error whose parts are in exception.*, and its message. */
  exception: unknown
  message: string
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
  const progress: Progress = {
    writer,
    tag,
    record,
    limit: limits.attributeCount,
    count: 0,
    exception,
    message: '',
  }
  if (exception !== undefined) writeException(progress)
  if (contextAttributes !== undefined) writeContext(progress, contextAttributes)
  if (attributes !== undefined) writeOwn(progress, attributes)
  if (progress.exception !== undefined) writeExceptionFields(progress)
}

function writeOne(progress: Progress, key: string, value: unknown): void {
  if (progress.count++ < progress.limit) writeKeyValue(progress.writer, progress.tag, key, value, 0)
  else progress.writer.dropped++
}

function writeContext(progress: Progress, context: object): void {
  const start = progress.writer.position
  try {
    for (const key in context) {
      if (!hasOwn.call(context, key) || isOwn(progress.record, key)) continue
      const value = readProperty(context, key)
      if (value !== undefined) writeOne(progress, key, value)
    }
  } catch (error) {
    replaceAttributes(progress.writer, progress.tag, start, error)
  }
}

function writeOwn(progress: Progress, attributes: object): void {
  const { omit } = progress.record
  const start = progress.writer.position
  try {
    for (const key in attributes) {
      if (!hasOwn.call(attributes, key) || omit?.has(key)) continue
      const value = readProperty(attributes, key)
      if (value === undefined) continue
      if (typeof value === 'object' && value !== null) writeObjectAttribute(progress, key, value)
      else writeOne(progress, key, value)
    }
  } catch (error) {
    replaceAttributes(progress.writer, progress.tag, start, error)
  }
}

/** The first error fills exception.*; under its own key its message is enough. */
function writeObjectAttribute(progress: Progress, key: string, value: object): void {
  if (progress.exception === undefined && isErrorSafely(value)) {
    progress.exception = value
    writeException(progress)
  }
  writeOne(progress, key, value === progress.exception ? progress.message : value)
}

function isErrorSafely(value: object): boolean {
  try {
    return isError(value)
  } catch {
    return false
  }
}

function writeException(progress: Progress): void {
  const { type, message, stacktrace } = describeException(progress.exception)
  progress.message = message
  writeExceptionPart(progress, 'exception.type', type)
  writeExceptionPart(progress, 'exception.message', message)
  writeExceptionPart(progress, 'exception.stacktrace', stacktrace)
}

function writeExceptionPart({ writer, tag, record }: Progress, key: string, value: string | undefined): void {
  if (value === undefined || isTaken(record, key)) return
  writeKeyValue(writer, tag, key, value, 0)
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
function writeExceptionFields(progress: Progress): void {
  const { exception, record } = progress
  if (typeof exception !== 'object' || exception === null) return
  const start = progress.writer.position
  try {
    for (const key in exception) {
      if (!hasOwn.call(exception, key) || namedParts.has(key) || record.omit?.has(key)) continue
      if (isTaken(record, key)) continue
      const value = readProperty(exception, key)
      if (isScalar(value)) writeOne(progress, key, value)
    }
  } catch (error) {
    replaceAttributes(progress.writer, progress.tag, start, error)
  }
}

function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  )
}

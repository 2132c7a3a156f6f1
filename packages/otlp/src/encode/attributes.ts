import type { ByteWriter } from './byte-writer.ts'
import { hasOwn, readProperty, threwText } from './foreign-value.ts'
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

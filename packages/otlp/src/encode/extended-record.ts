import { beginValues, weightKey, writeAttributes } from './attributes.ts'
import { appendBytes, type ByteWriter, closeMessage, openMessage } from './byte-writer.ts'
import { defaultLimits } from './limits.ts'
import { attributeTag, recordTag, recordWidth } from './log-record.ts'

/**
 * Appends a log record that `writeLogRecord` has written alone, without a weight: with this one, and further attributes. For
 * what is only known when somebody has read the record. Throws when there is no memory for it.
 */
export function extendLogRecord(
  writer: ByteWriter,
  framed: Buffer,
  weight: number,
  more?: Readonly<Record<string, string | number>>,
): void {
  const start = openMessage(writer, recordTag, recordWidth)
  appendBytes(writer, framed.subarray(bodyOf(framed)))
  writer.redactor = undefined
  beginValues(writer, defaultLimits, defaultLimits.attributeValueLength)
  writeAttributes(writer, attributeTag, more, defaultLimits)
  if (weight !== 1) writeAttributes(writer, attributeTag, { [weightKey]: weight }, defaultLimits)
  closeMessage(writer, start, recordWidth)
}

/** Behind the tag and the length. */
function bodyOf(framed: Buffer): number {
  let at = 1
  while (framed[at]! >= 0x80) at++
  return at + 1
}

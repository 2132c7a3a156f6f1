import { appendWritten, type ByteWriter, createByteWriter } from './byte-writer.ts'
import { reasonOf } from './foreign-value.ts'
import type { EncodeLimits } from './limits.ts'

/** Records within records, made by getters and toJSON functions that log. Beyond this they are replaced unread. */
const maxNesting = 8
const replacementLength = 1024

let nesting = 0

/** How a record is written, and what is written where that failed. */
export type Writing<Input> = {
  /** `weight`: how many records it stands for. */
  write(writer: ByteWriter, input: Input, limits: EncodeLimits, weight: number): void
  replace(writer: ByteWriter, input: Input, reason: string): void
}

/** Writes so that a failure leaves a replacement in its place, and records made meanwhile come after it. Never throws. */
export function writeGuarded<Input>(
  writer: ByteWriter,
  input: Input,
  limits: EncodeLimits,
  writing: Writing<Input>,
  weight = 1,
): void {
  if (writer.busy) {
    const own = createByteWriter(1024)
    writer.later.push(own)
    writeGuarded(own, input, limits, writing, weight)
    return
  }
  const start = writer.position
  writer.busy = true
  writer.dropped = 0
  writer.redactor = limits.redactor
  nesting++
  try {
    if (nesting > maxNesting) replace(writer, input, 'logged while a record was being encoded', writing)
    else writing.write(writer, input, limits, weight)
  } catch (error) {
    writer.position = start
    replace(writer, input, reasonOf(error), writing)
  }
  nesting--
  writer.busy = false
  if (writer.later.length > 0) appendLater(writer)
}

function replace<Input>(writer: ByteWriter, input: Input, reason: string, writing: Writing<Input>): void {
  const { position } = writer
  writer.ancestors.length = 0
  writer.maxLength = replacementLength
  try {
    writing.replace(writer, input, reason)
  } catch {
    // Not even room for a replacement.
    writer.position = position
  }
}

function appendLater(writer: ByteWriter): void {
  for (const own of writer.later) {
    try {
      appendWritten(writer, own)
    } catch {
      break
    }
  }
  writer.later = []
}

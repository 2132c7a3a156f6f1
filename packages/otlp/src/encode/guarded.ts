import { type ByteWriter, createByteWriter, reserve } from './byte-writer.ts'
import type { EncodeLimits } from './input.ts'
import { reasonOf } from './value-text.ts'

/** Records within records, made by getters and toJSON functions that log. Beyond this they are replaced unread. */
const maxNesting = 8
const replacementLength = 1024

let nesting = 0

type Write<Input> = (writer: ByteWriter, input: Input, limits: EncodeLimits) => void
type Replace<Input> = (writer: ByteWriter, input: Input, reason: string) => void

/** Runs `write` so that its failure leaves a replacement in its place, and records made meanwhile come after it. Never throws. */
export function writeGuarded<Input>(
  writer: ByteWriter,
  input: Input,
  limits: EncodeLimits,
  write: Write<Input>,
  replace: Replace<Input>,
): void {
  if (writer.busy) {
    writeLater(writer, input, limits, write, replace)
    return
  }
  const start = writer.position
  writer.busy = true
  writer.dropped = 0
  nesting++
  try {
    if (nesting > maxNesting) replaceRecord(writer, input, 'logged while a record was being encoded', replace)
    else write(writer, input, limits)
  } catch (error) {
    writer.position = start
    replaceRecord(writer, input, reasonOf(error), replace)
  }
  nesting--
  writer.busy = false
  if (writer.later.length > 0) appendLater(writer)
}

function replaceRecord<Input>(
  writer: ByteWriter,
  input: Input,
  reason: string,
  replace: Replace<Input>,
): void {
  const { position } = writer
  writer.ancestors.length = 0
  writer.maxLength = replacementLength
  try {
    replace(writer, input, reason)
  } catch {
    // Not even room for a replacement.
    writer.position = position
  }
}

function writeLater<Input>(
  writer: ByteWriter,
  input: Input,
  limits: EncodeLimits,
  write: Write<Input>,
  replace: Replace<Input>,
): void {
  const own = createByteWriter(1024)
  writer.later.push(own)
  writeGuarded(own, input, limits, write, replace)
}

function appendLater(writer: ByteWriter): void {
  for (const { buffer, position } of writer.later) {
    try {
      reserve(writer, position)
    } catch {
      break
    }
    buffer.copy(writer.buffer, writer.position, 0, position)
    writer.position += position
  }
  writer.later = []
}

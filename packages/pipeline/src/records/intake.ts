import { appendBytes, type ByteWriter, type EncodeLimits } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import type { ByteQueue } from './queue.ts'

/** `weight`: how many records it stands for; 1 without. */
export type Intake<Input> = (scope: PipelineScope, input: Input, weight?: number) => void

/** Takes in records that are encoded already, framed as the encoder frames them. */
export type FramedIntake = (scope: PipelineScope, framed: Buffer) => void

/**
 * The way of a record from the log call into the queue: encode it where it will be sent from.
 * Whatever decides about a record (count, sample, collapse, hold) stands before it: policy/.
 */
export function createIntake<Input>(
  queue: ByteQueue,
  write: (writer: ByteWriter, input: Input, limits: EncodeLimits, weight?: number) => void,
  limits: EncodeLimits,
): Intake<Input> {
  return (scope, input, weight) => {
    const chunk = queue.chunk(scope)
    if (chunk === undefined) return
    const { writer } = chunk
    const start = writer.position
    write(writer, input, limits, weight)
    queue.commit(chunk, writer.position - start)
  }
}

/** The way into the queue for records that were held back. */
export function createFramedIntake(queue: ByteQueue): FramedIntake {
  return (scope, framed) => putFramed(queue, scope, framed)
}

/** Without memory for it the record is dropped, as the encoder does. */
export function putFramed(queue: ByteQueue, scope: PipelineScope, framed: Buffer): void {
  const chunk = queue.chunk(scope)
  if (chunk === undefined) return
  const start = chunk.writer.position
  try {
    appendBytes(chunk.writer, framed)
  } catch {}
  queue.commit(chunk, chunk.writer.position - start)
}

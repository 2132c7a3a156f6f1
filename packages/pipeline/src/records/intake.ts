import type { ByteWriter, EncodeLimits } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import type { ByteQueue } from './queue.ts'

export type Intake<Input> = (scope: PipelineScope, input: Input) => void

/**
 * The way of a record from the log call into the queue: encode it where it will be sent from.
 * Whatever decides about a record (count, sample, collapse, hold) belongs here, before the encoder.
 */
export function createIntake<Input>(
  queue: ByteQueue,
  write: (writer: ByteWriter, input: Input, limits: EncodeLimits) => void,
  limits: EncodeLimits,
): Intake<Input> {
  return (scope, input) => {
    const chunk = queue.chunk(scope)
    if (chunk === undefined) return
    const { writer } = chunk
    const start = writer.position
    write(writer, input, limits)
    queue.commit(chunk, writer.position - start)
  }
}

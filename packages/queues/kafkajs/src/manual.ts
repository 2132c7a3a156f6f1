import type { Stop } from '@clew/core'
import type { MessageLike } from './library.ts'
import type { Receiver } from './receiver.ts'

// Set while the instrumentation runs; one per process, as startInstrumentation sees to.
let current: Receiver | undefined

/** Says who runs the work on messages that are taken by hand; returns the way back. */
export function setReceiver(receiver: Receiver): Stop {
  current = receiver
  return () => {
    if (current === receiver) current = undefined
  }
}

/**
 * Runs `work` as the work on one message of a batch: in a span of its own, in the context of the code that sent it. The span ends when
 * `work` settles. While the instrumentation does not run it only calls `work`. Throws only what `work` throws.
 *
 * @example
 * await consumer.run({
 *   eachBatch: async ({ batch: { topic, partition, messages } }) => {
 *     for (const message of messages) await withMessage({ topic, partition, message }, () => handle(message))
 *   },
 * })
 */
export function withMessage<T>(received: MessageLike, work: () => T): T {
  return current ? current.message(received, undefined, work) : work()
}

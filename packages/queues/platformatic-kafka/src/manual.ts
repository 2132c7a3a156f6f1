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
 * Runs `work` as the work on one message: in a span of its own, in the context of the code that sent it. The span ends when `work`
 * settles, and fails with it. While the instrumentation does not run it only calls `work`. Throws only what `work` throws.
 *
 * @example
 * for await (const message of stream) void limit(() => withMessage(message, () => handle(message)))
 */
export function withMessage<T>(message: MessageLike, work: () => T): T {
  return current ? current.message(message, work) : work()
}

/**
 * Runs `work` as the work on several messages together: in a span with links to those that sent them, at most 128. Otherwise as
 * `withMessage`.
 *
 * @example
 * await withMessages(messages, () => insertAll(messages))
 */
export function withMessages<T>(messages: readonly MessageLike[], work: () => T): T {
  return current ? current.batch(messages, work) : work()
}

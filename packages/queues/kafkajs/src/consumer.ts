import { runningInRoot, wrapMethod } from '@clew/core'
import { type BatchLike, type Consumer, type MessageLike, owner, type RunOptions } from './library.ts'
import type { Receiver } from './receiver.ts'

type Handler<Payload> = (this: unknown, payload: Payload, ...rest: never[]) => unknown

/** Gives what `run` is handed its spans; the loop itself belongs to no request. */
export function attachToConsumer(consumer: Consumer, groupId: unknown, receiver: Receiver): void {
  const group = typeof groupId === 'string' ? groupId : undefined
  wrapMethod(owner, consumer, 'run', (run) => {
    const inRoot = runningInRoot(run)
    return function (this: unknown, options, ...rest) {
      return inRoot.call(this, options && withSpans(options, group, receiver), ...rest)
    }
  })
}

/** The options as they are, but for the handlers. */
function withSpans(options: RunOptions, group: string | undefined, receiver: Receiver): RunOptions {
  const { eachMessage, eachBatch } = options
  const handlers: { eachMessage?: unknown; eachBatch?: unknown } = {}
  if (typeof eachMessage === 'function')
    handlers.eachMessage = handling<MessageLike>(eachMessage, (payload, work) =>
      receiver.message(payload, group, work),
    )
  if (typeof eachBatch === 'function')
    handlers.eachBatch = handling<BatchLike>(eachBatch, (payload, work) =>
      receiver.batch(payload, group, work),
    )
  return Object.assign(Object.create(options), handlers)
}

function handling<Payload>(
  handler: unknown,
  run: (payload: Payload, work: () => unknown) => unknown,
): Handler<Payload> {
  return function (payload, ...rest) {
    return run(payload, () => (handler as Handler<Payload>).call(this, payload, ...rest))
  }
}

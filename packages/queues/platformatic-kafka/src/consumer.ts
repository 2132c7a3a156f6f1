import { emittingInRoot, runningInRoot, type Stop, wrapMethod } from '@clew/core'
import { runTraced } from '@clew/core/messaging'
import { type MessageLike, type MessagesStream, owner, type PlatformaticKafka } from './library.ts'
import { tracedIterator } from './loop-context.ts'
import type { Receiver, Running } from './receiver.ts'

/** Gives each message of a stream its span and context; what a consumer does for its whole life belongs to no request. */
export function attachToConsumer(
  { Consumer, MessagesStream }: PlatformaticKafka,
  receiver: Receiver,
  running: Running,
): Stop[] {
  const stream = MessagesStream.prototype
  return [
    wrapMethod(owner, Consumer.prototype, 'consume', runningInRoot),
    wrapMethod(owner, Consumer.prototype, 'joinGroup', runningInRoot),
    wrapMethod(owner, Consumer.prototype, 'emit', emittingInRoot),
    wrapMethod(owner, stream, '_read', runningInRoot),
    wrapMethod(owner, stream, 'emit', (emit) => {
      const emitInRoot = emittingInRoot(emit)
      return function (this: MessagesStream, event, ...args) {
        // A stream that is read by an iterator emits it, too.
        const isWork = event === 'data' && this.listenerCount('data') > 0
        const begun = isWork ? receiver.begin(args[0] as MessageLike, this.consumer) : undefined
        if (!begun) return emitInRoot.call(this, event, ...args)
        return runTraced(begun, () => emit.call(this, event, ...args))
      }
    }),
    wrapMethod(owner, stream, Symbol.asyncIterator, (iterate) => {
      return function (this: MessagesStream) {
        const iterator = iterate.call(this)
        return running.isStopped ? iterator : tracedIterator(iterator, this, receiver)
      }
    }),
  ]
}

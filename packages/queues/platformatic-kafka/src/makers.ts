import { activeContext, createHiddenSlot, type Stop, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { owner, type PlatformaticKafka, type ProducerStream } from './library.ts'
import type { Running } from './receiver.ts'

/** Of one message object: the contexts in which it was written to this stream and not sent yet, the first first. */
type Writes = { readonly stream: ProducerStream; readonly contexts: Context[] }

const writes = createHiddenSlot<Writes>()

/**
 * A stream sends what many requests wrote in one call, in the context of whoever fills the batch or of a timer. Each message keeps
 * the context in which it was written.
 */
export function attachToProducerStream(
  { ProducerStream: { prototype } }: PlatformaticKafka,
  running: Running,
): Stop[] {
  const note = (stream: ProducerStream, message: unknown): void => {
    if (running.isStopped || typeof message !== 'object' || message === null) return
    const known = writes.get(message)
    if (known?.stream === stream) known.contexts.push(activeContext())
    else writes.set(message, { stream, contexts: [activeContext()] })
  }
  return [
    wrapMethod(owner, prototype, 'write', (write) => {
      return function (this: ProducerStream, message, ...rest) {
        note(this, message)
        return write.call(this, message, ...rest)
      }
    }),
    // The last message goes by the stream's own way, not by `write`.
    wrapMethod(owner, prototype, 'end', (end) => {
      return function (this: ProducerStream, ...args) {
        if (typeof args[0] === 'object') note(this, args[0])
        return end.apply(this, args)
      }
    }),
  ]
}

/** The context in which a message was written to a stream; undefined of one that was not. */
export function takeMaker(message: object): Context | undefined {
  return writes.get(message)?.contexts.shift()
}

import { activeContext, endSpan, enterContext, isTracingSuppressed, spanContextOf } from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import type { MessageLike, MessagesStream } from './library.ts'
import type { Receiver } from './receiver.ts'

/**
 * The context of one turn of a loop over messages. A loop awaits its next message before that is known, and goes on in the context in which
 * it began to wait: this one, which is then that of the message, until the next is asked for.
 */
class LoopContext implements Context {
  readonly around: Context
  current: Context

  constructor(around: Context) {
    this.around = around
    this.current = around
  }

  getValue(key: symbol): unknown {
    return this.current.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return this.current.setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.current.deleteValue(key)
  }
}

type Turn = { readonly loop: LoopContext; readonly span: Span }

/**
 * The iterator of a stream, which works on each message in its own trace, from when it was handed over until the next is asked for. Whoever takes
 * a message within a request stays in that.
 */
export function tracedIterator(
  iterator: AsyncIterator<MessageLike>,
  { consumer }: Pick<MessagesStream, 'consumer'>,
  receiver: Receiver,
): AsyncIterator<MessageLike> {
  let turn: Turn | undefined
  const finish = (): void => {
    if (!turn) return
    turn.loop.current = turn.loop.around
    endSpan(turn.span)
    turn = undefined
  }
  const begin = (loop: LoopContext, message: MessageLike): void => {
    finish()
    const begun = receiver.begin(message, consumer)
    if (!begun) return
    loop.current = begun.context
    turn = { loop, span: begun.span }
  }
  return Object.assign(Object.create(iterator), {
    next: async (...args: [] | [undefined]) => {
      const loop = enterLoop(finish)
      const result = await iterator.next(...args)
      if (loop && !result.done) begin(loop, result.value)
      return result
    },
    return: (value?: unknown) => {
      finish()
      return iterator.return!(value)
    },
    throw: (error?: unknown) => {
      finish()
      return iterator.throw!(error)
    },
  })
}

/** Ends the turn before, and enters the context of the next one; not within a span of others. */
function enterLoop(finish: () => void): LoopContext | undefined {
  finish()
  const caller = activeContext()
  if (spanContextOf(caller) || isTracingSuppressed(caller)) return undefined
  const loop = new LoopContext(caller instanceof LoopContext ? caller.around : caller)
  enterContext(loop)
  return loop
}

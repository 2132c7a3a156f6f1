import { tracingChannel } from 'node:diagnostics_channel'
import type { Context, Tracer } from '@opentelemetry/api'
import { activeContext } from '../context/context-manager.ts'
import { createHiddenSlot } from '../hidden-slot.ts'
import type { Stop } from '../instrumentation.ts'
import { guard } from '../report.ts'
import { coreState } from '../state.ts'
import { failSpan, type Operation, type SpanDescription, startOperation } from './operation.ts'

/** What a TracingChannel publishes: the library's payload, to which Node adds the outcome. */
type Outcome = { error?: unknown; result?: unknown }

/**
 * Makes a span of each operation that a library publishes on the TracingChannel `name`, as a child of the span that
 * is active at the call; the operation's own work runs inside it. Its callback runs in the context of the caller, span
 * or not: a connection of a pool calls it from the context of whoever made that connection.
 * When there is no span says `startOperation`. Never throws into the library.
 * https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export function traceChannel<Message extends object>(
  tracer: Tracer,
  name: string,
  describe: (message: Message) => SpanDescription | undefined,
): Stop {
  const operations = createHiddenSlot<Operation>()
  const channel = tracingChannel<Context, Message>(name)
  const { storage } = coreState()

  const begin = (message: Message): Context => {
    const operation = startOperation(tracer, activeContext(), () => describe(message))
    operations.set(message, operation)
    return operation.context
  }
  const finish = (message: Message & Outcome): void => {
    const operation = operations.get(message)
    const { error } = message
    // `end` takes undefined and null for no error, but a promise may be rejected with them.
    const { span } = operation ?? {}
    if (span && 'error' in message && (error ?? undefined) === undefined)
      guard('marking a span as failed', () => failSpan(span, error), undefined)
    operation?.end(error)
  }
  const subscribers = {
    // At `end` only an operation that was synchronous has its outcome.
    end: (message: Message & Outcome) => {
      if ('error' in message || 'result' in message) finish(message)
    },
    asyncEnd: finish,
  }

  channel.start.bindStore(storage, begin)
  channel.asyncStart.bindStore(storage, (message) => operations.get(message)?.caller ?? activeContext())
  channel.end.subscribe(subscribers.end as never)
  channel.asyncEnd.subscribe(subscribers.asyncEnd as never)
  return () => {
    channel.start.unbindStore(storage)
    channel.asyncStart.unbindStore(storage)
    channel.end.unsubscribe(subscribers.end as never)
    channel.asyncEnd.unsubscribe(subscribers.asyncEnd as never)
  }
}

import { tracingChannel } from 'node:diagnostics_channel'
import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api'
import { activeContext } from '../context/context-manager.ts'
import { contextWithSpan, isTracingSuppressed, spanOf } from '../context/request-context.ts'
import type { Stop } from '../instrumentation.ts'
import { guard } from '../report.ts'
import { coreState } from '../state.ts'
import { endSpan, failSpan } from './end-span.ts'

export type SpanDescription = { name: string; kind: SpanKind; attributes: Attributes }

/** What a TracingChannel publishes: the library's payload, to which Node adds the outcome. */
type Outcome = { error?: unknown; result?: unknown }

/**
 * Makes a span of each operation that a library publishes on the TracingChannel `name`, as a child of the span that
 * is active at the call; the operation's own work runs inside it and a callback in the context of its caller.
 * No span: without an active span, with tracing suppressed, or when `describe` returns undefined.
 * Never throws into the library.
 * https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export function traceChannel<Message extends object>(
  tracer: Tracer,
  name: string,
  describe: (message: Message) => SpanDescription | undefined,
): Stop {
  const operations = new WeakMap<object, { span: Span; parent: Context }>()
  const channel = tracingChannel<Context, Message>(name)
  const { storage } = coreState()

  const contextOfOperation = (message: Message): Context => {
    const parent = activeContext()
    if (!spanOf(parent) || isTracingSuppressed(parent)) return parent
    return guard(
      `tracing ${name}`,
      () => {
        const description = describe(message)
        if (!description) return parent
        const span = tracer.startSpan(description.name, description, parent)
        operations.set(message, { span, parent })
        return contextWithSpan(parent, span)
      },
      parent,
    )
  }
  const finish = (message: Message & Outcome): void => {
    const operation = operations.get(message)
    if (!operation) return
    operations.delete(message)
    if ('error' in message && message.error === undefined) failSpan(operation.span, undefined)
    endSpan(operation.span, message.error)
  }
  const subscribers = {
    // At `end` only an operation that was synchronous has its outcome.
    end: (message: Message & Outcome) => {
      if ('error' in message || 'result' in message) finish(message)
    },
    asyncEnd: finish,
  }

  channel.start.bindStore(storage, contextOfOperation)
  channel.asyncStart.bindStore(storage, (message) => operations.get(message)?.parent ?? activeContext())
  channel.end.subscribe(subscribers.end as never)
  channel.asyncEnd.subscribe(subscribers.asyncEnd as never)
  return () => {
    channel.start.unbindStore(storage)
    channel.asyncStart.unbindStore(storage)
    channel.end.unsubscribe(subscribers.end as never)
    channel.asyncEnd.unsubscribe(subscribers.asyncEnd as never)
  }
}

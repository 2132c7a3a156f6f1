import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import type { Context, Tracer } from '@opentelemetry/api'
import { activeContext, contextStorage } from '../context/context-manager.ts'
import { rootContext } from '../context/request-context.ts'
import { createHiddenSlot } from '../process/hidden-slot.ts'
import { guard } from '../process/report.ts'
import type { Stop } from './instrumentation.ts'
import { failSpan, type Operation, type SpanDescription, startOperation } from './operation.ts'

/** What a TracingChannel publishes: the library's payload, to which Node adds the outcome. */
type Outcome = { error?: unknown; result?: unknown }

/** How an operation of a channel is traced. */
export type ChannelOptions = {
  /**
   * Whether the operation's own work runs inside its span; default true. False for a client whose work makes neither spans nor
   * records: a timer that it begins for each command would keep the command's span in memory until it fires.
   */
  entersSpan?: boolean
}

/**
 * Makes a span of each operation that a library publishes on the TracingChannel `name`, as a child of the span that
 * is active at the call; the operation's own work runs inside it, unless told otherwise. Its callback runs in the
 * context of the caller, span or not: a connection of a pool calls it from the context of whoever made that connection.
 * When there is no span says `startOperation`. Never throws into the library.
 * https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export function traceChannel<Message extends object>(
  tracer: Tracer,
  name: string,
  describe: (message: Message) => SpanDescription | undefined,
  { entersSpan = true }: ChannelOptions = {},
): Stop {
  const operations = createHiddenSlot<Operation>()
  const channel = tracingChannel<Context, Message>(name)

  const begin = (message: Message): Operation => {
    const operation = startOperation(tracer, activeContext(), () => describe(message))
    operations.set(message, operation)
    return operation
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
    start: begin,
    // At `end` only an operation that was synchronous has its outcome.
    end: (message: Message & Outcome) => {
      if ('error' in message || 'result' in message) finish(message)
    },
    asyncEnd: finish,
  }

  if (entersSpan) channel.start.bindStore(contextStorage, (message) => begin(message).context)
  else channel.start.subscribe(subscribers.start as never)
  channel.asyncStart.bindStore(
    contextStorage,
    (message) => operations.get(message)?.caller ?? activeContext(),
  )
  channel.end.subscribe(subscribers.end as never)
  channel.asyncEnd.subscribe(subscribers.asyncEnd as never)
  return () => {
    if (entersSpan) channel.start.unbindStore(contextStorage)
    else channel.start.unsubscribe(subscribers.start as never)
    channel.asyncStart.unbindStore(contextStorage)
    channel.end.unsubscribe(subscribers.end as never)
    channel.asyncEnd.unsubscribe(subscribers.asyncEnd as never)
  }
}

/**
 * Runs what a library publishes on the TracingChannel `name` in no request's context: a connection that is opened would keep that of whoever
 * opened it, and tell in it later of what is no business of that request.
 */
export function runChannelInRoot(name: string): Stop {
  const { start } = tracingChannel<Context, object>(name)
  start.bindStore(contextStorage, () => rootContext)
  return () => {
    start.unbindStore(contextStorage)
  }
}

/**
 * Calls `receive` with each message that Node or a library publishes on a channel. What it throws is reported; the
 * channel itself would rethrow it as an uncaught exception of the application.
 * https://nodejs.org/api/diagnostics_channel.html
 */
export function subscribeChannel<Message>(name: string, receive: (message: Message) => void): Stop {
  const guarded = (message: unknown): void => guard(name, () => receive(message as Message), undefined)
  subscribe(name, guarded)
  return () => {
    unsubscribe(name, guarded)
  }
}

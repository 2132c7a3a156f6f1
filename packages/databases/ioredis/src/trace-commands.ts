import {
  activeContext,
  createHiddenSlot,
  guard,
  isTracingSuppressed,
  type Operation,
  reportThrown,
  type SpanDescription,
  spanOf,
  startOperation,
} from '@clew/core'
import type { Context, Tracer } from '@opentelemetry/api'
import { describeBatch, describeCommand, firstError } from './attributes.ts'
import type { Command, Connection, Pipeline } from './library.ts'

/** What is known of a pipeline while it is filled. */
type Batch = {
  readonly pipeline: Pipeline
  readonly commands: Command[]
  /** The context in which each command was queued. */
  readonly callers: Context[]
  readonly traces: Set<string | undefined>
  isStarted: boolean
}

export type CommandTracer = {
  /** A command goes into a pipeline. */
  queued(pipeline: Pipeline, command: Command): void
  /** A client sends a command, or keeps it until it is connected; again after a reconnect or a redirection. */
  sent(connection: Connection, command: Command): void
}

/**
 * Makes one span of each command, from the call to its reply, as a child of its caller's span; a pipeline or a transaction
 * is one span. Where auto-pipelining has put commands of several traces together, each is a span of its own.
 */
export function traceCommands(tracer: Tracer): CommandTracer {
  const sentBefore = createHiddenSlot<true>()
  const batchOfPipeline = createHiddenSlot<Batch>()
  const batchOfCommand = createHiddenSlot<Batch>()

  let isQueuing = false

  const startCommand = (connection: Connection, command: Command, caller: Context): void => {
    const operation = startOperation(tracer, caller, () => describeCommand(command, connection))
    endWith(command, operation)
  }
  const startBatch = (connection: Connection, batch: Batch): void => {
    batch.isStarted = true
    const describe = (): SpanDescription => describeBatch(batch.commands, connection)
    endWith(batch.pipeline, startOperation(tracer, callerOf(batch), describe), firstError)
  }

  return {
    queued: (pipeline, command) => {
      isQueuing = true
      const batch = batchOfPipeline.get(pipeline) ?? newBatch(pipeline)
      const caller = activeContext()
      batchOfPipeline.set(pipeline, batch)
      batchOfCommand.set(command, batch)
      batch.commands.push(command)
      batch.callers.push(caller)
      batch.traces.add(traceOf(caller))
    },
    sent: (connection, command) => {
      if (sentBefore.get(command)) return
      sentBefore.set(command, true)
      const batch = isQueuing ? batchOfCommand.get(command) : undefined
      try {
        if (!batch) startCommand(connection, command, activeContext())
        else if (batch.traces.size > 1) startCommand(connection, command, callerOfQueued(batch, command))
        else if (!batch.isStarted) startBatch(connection, batch)
      } catch (error) {
        reportThrown('tracing a Redis command', error)
      }
    },
  }
}

function newBatch(pipeline: Pipeline): Batch {
  return { pipeline, commands: [], callers: [], traces: new Set(), isStarted: false }
}

/** The trace in which a command would be a span. */
function traceOf(context: Context): string | undefined {
  return isTracingSuppressed(context) ? undefined : spanOf(context)?.spanContext().traceId
}

// A pipeline is sent by `exec()`, whose span is the nearest; but a cluster that is not ready sends it from its own context.
function callerOf({ callers, traces }: Batch): Context {
  const active = activeContext()
  return traces.has(traceOf(active)) ? active : callers[0]!
}

function callerOfQueued({ commands, callers }: Batch, command: Command): Context {
  return callers[commands.indexOf(command)]!
}

/** What a Command and a Pipeline have in common: one of the two is called, once, with the outcome. */
type Outcome = { resolve(value: unknown): unknown; reject(error: unknown): unknown }

// Not by `then`: that would make a rejection handled which the application may have left unhandled.
function endWith(target: Outcome, operation: Operation, errorIn?: (value: unknown) => unknown): void {
  if (!operation.span) return
  const { resolve, reject } = target
  target.resolve = (value) => {
    try {
      // A reply that cannot be transformed makes a Command call its `reject` in here.
      return resolve.call(target, value)
    } finally {
      operation.end(errorIn && guard('reading the results of a batch', () => errorIn(value), undefined))
    }
  }
  target.reject = (error) => {
    operation.end(error)
    return reject.call(target, error)
  }
}

import {
  activeContext,
  createHiddenSlot,
  guard,
  type Operation,
  runInContext,
  type SpanDescription,
  type Stop,
  startOperation,
  stopAll,
  wrapMethod,
} from '@clew/core'
import { addTraceComment, copyWith } from '@clew/core/sql'
import type { Span, Tracer } from '@opentelemetry/api'
import type { Callback, Command } from './library.ts'

type Method = (...args: unknown[]) => unknown

/** Follows commands from their call to their end. `stop` leaves alone what begins later. */
export type CommandTracer = {
  /** The method, with a span for the command that it starts; its callback and events run in the context of its caller. */
  tracing<Self>(
    original: Method,
    describe: (self: Self, args: readonly unknown[]) => SpanDescription,
    /** The arguments that mysql2 gets in place of the application's, where there is a span. */
    replace?: (args: readonly unknown[], span: Span) => readonly unknown[],
  ): (this: Self, ...args: unknown[]) => unknown
  stop: Stop
}

export function traceCommands(owner: string, tracer: Tracer): CommandTracer {
  const operations = createHiddenSlot<Operation>()
  const followed = new WeakSet<object>()
  const stops: Stop[] = []

  const follow = (command: unknown, operation: Operation): void => {
    if (typeof command !== 'object' || command === null) return
    operations.set(command, operation)
    const prototype = Object.getPrototypeOf(command) as Command
    if (followed.has(prototype)) return
    followed.add(prototype)
    stops.push(wrapMethod(owner, prototype, 'emit', (emit) => emittingFor(emit, operations)))
  }

  return {
    tracing: (original, describe, replace) =>
      function (this, ...args) {
        const operation = startOperation(tracer, activeContext(), () => describe(this, args))
        try {
          const given = replace && operation.span ? replace(args, operation.span) : args
          const command = original.apply(this, withEnding(given, operation))
          guard('following a query', () => follow(command, operation), undefined)
          return command
        } catch (error) {
          operation.end(error)
          throw error
        }
      },
    stop: () => stopAll(stops),
  }
}

// 'error' and 'end' are events of every command, also of one with a callback; who listens is not asked, and nobody is added.
function emittingFor(
  emit: Command['emit'],
  operations: { get(command: object): Operation | undefined },
): Command['emit'] {
  return function (this: Command, name, ...args) {
    const operation = operations.get(this)
    if (!operation) return emit.call(this, name, ...args)
    if (name === 'error') operation.end(args[0] ?? new Error('failed without an error'))
    if (name === 'end') operation.end()
    // Of a command with a callback nobody listens to its end; of an error there may be a monitor.
    if (name !== 'error' && this.listenerCount(name) === 0) return emit.call(this, name, ...args)
    return runInContext(operation.caller, () => emit.call(this, name, ...args))
  }
}

/** The arguments, with a callback that ends the operation. A pool hands on a command that it has made, with its callback in it. */
function withEnding(args: readonly unknown[], operation: Operation): unknown[] {
  const at = args.findLastIndex((arg) => typeof arg === 'function')
  if (at >= 0) return args.with(at, ending(args[at] as Callback, operation))
  const command = args[0] as Command | null | undefined
  if (typeof command === 'object' && typeof command?.onResult === 'function')
    command.onResult = ending(command.onResult, operation)
  return [...args]
}

function ending(callback: Callback, operation: Operation): Callback {
  return function (this: unknown, error, ...results) {
    const [rows] = results
    operation.end(error, Array.isArray(rows) ? rows.length : undefined)
    return runInContext(operation.caller, () => callback.call(this, error, ...results))
  }
}

/**
 * The arguments of `query` with a comment in their text. A pool hands on a command that it has made of them, whose text is that of
 * mysql2; the application's own object stays as it is.
 */
export function withComment(args: readonly unknown[], span: Span): readonly unknown[] {
  const [query, ...rest] = args
  if (typeof query === 'string') return [addTraceComment(query, span, 'mysql'), ...rest]
  const command = query as Command | null | undefined
  if (typeof command?.sql !== 'string') return args
  const sql = addTraceComment(command.sql, span, 'mysql')
  if (typeof command.emit !== 'function') return [copyWith(command, 'sql', sql), ...rest]
  command.sql = sql
  return args
}

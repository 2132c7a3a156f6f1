import {
  activeContext,
  bindToContext,
  guard,
  isTracingSuppressed,
  type SpanDescription,
  spanOf,
} from '@clew/core'
import type { Context, Span, Tracer } from '@opentelemetry/api'
import { failQuery } from './attributes.ts'
import type { Callback, QueryConfig } from './library.ts'

type QueryMethod = (...args: unknown[]) => unknown

/** The span of a query that is made now; none without an active span or with tracing suppressed. Never throws. */
export function startQuerySpan(
  tracer: Tracer,
  caller: Context,
  describe: () => SpanDescription,
): Span | undefined {
  if (!spanOf(caller) || isTracingSuppressed(caller)) return undefined
  return guard(
    'describing a query',
    () => {
      const description = describe()
      return tracer.startSpan(description.name, description, caller)
    },
    undefined,
  )
}

/** Ends the span, failed when `error` is one. Never throws. */
export function endQuerySpan(span: Span | undefined, error?: unknown): void {
  if (!span) return
  guard(
    'ending the span of a query',
    () => {
      try {
        if (error) failQuery(span, error)
      } finally {
        span.end()
      }
    },
    undefined,
  )
}

/**
 * Calls `query(text | config, values?, callback?)` with the callback in the caller's context, ends the span with the
 * outcome, and gives back what the application would have got.
 */
export function callQuery(
  original: QueryMethod,
  self: unknown,
  args: unknown[],
  { caller, span }: { caller: Context; span: Span | undefined },
): unknown {
  const callback = callbackOf(args)
  const bound = callback && endingSpan(span, bindToContext(caller, callback))
  try {
    const result = original.apply(self, bound ? withCallback(args, bound) : args)
    return bound || !span ? result : endWithPromise(span, result)
  } catch (error) {
    endQuerySpan(span, error)
    throw error
  } finally {
    if (bound) restoreCallback(args[0], callback, bound)
  }
}

function callbackOf([config, values, callback]: readonly unknown[]): Callback | undefined {
  const candidates = [callback, values, (config as QueryConfig | null)?.callback]
  return candidates.find((candidate) => typeof candidate === 'function') as Callback | undefined
}

function endingSpan(span: Span | undefined, callback: Callback): Callback {
  if (!span) return callback
  return function (this: unknown, error, ...results) {
    endQuerySpan(span, error)
    callback.call(this, error, ...results)
  }
}

function withCallback(args: readonly unknown[], bound: Callback): unknown[] {
  const [config, values, callback] = args
  if (typeof callback === 'function') return [config, values, bound]
  if (typeof values === 'function') return [config, bound]
  return [copyWithCallback(config as object, bound), ...args.slice(1)]
}

function copyWithCallback(config: object, bound: Callback): object {
  const properties = Object.getOwnPropertyDescriptors(config)
  const callback = { value: bound, writable: true, enumerable: true, configurable: true }
  return Object.create(Object.getPrototypeOf(config), { ...properties, callback })
}

// Before 8.23 pg writes the callback it is given into the application's own config object.
function restoreCallback(config: unknown, callback: Callback | undefined, bound: Callback): void {
  const own = config as QueryConfig | null
  if (typeof own === 'object' && own?.callback === bound) own.callback = callback
}

// Not `.finally` beside the promise: a rejection that the application does not handle must stay unhandled.
function endWithPromise(span: Span, result: unknown): unknown {
  const promise = result as Promise<unknown>
  if (typeof promise?.then !== 'function') return result
  return promise.then(
    (value) => {
      endQuerySpan(span)
      return value
    },
    (error) => {
      endQuerySpan(span, error ?? new Error('rejected without an error'))
      throw error
    },
  )
}

/** `connect(callback?)` with the callback in the caller's context. */
export function bindFirstCallback(args: unknown[]): unknown[] {
  const [callback, ...rest] = args
  if (typeof callback !== 'function') return args
  return [bindToContext(activeContext(), callback as Callback), ...rest]
}

import { bindToContext, type Operation, runInContext } from '@clew/core'
import { copyWith } from '@clew/core/sql'
import type { Callback, QueryConfig } from './library.ts'

type QueryMethod = (...args: unknown[]) => unknown

/**
 * Calls `query(text | config, values?, callback?)` with the callback in the caller's context, ends the operation with
 * the outcome, and gives back what the application would have got.
 */
export function callQuery(
  original: QueryMethod,
  self: unknown,
  args: unknown[],
  operation: Operation,
): unknown {
  const callback = callbackOf(args)
  const bound = callback && endingOperation(operation, callback)
  try {
    const result = original.apply(self, bound ? withCallback(args, bound) : args)
    return bound || !operation.span ? result : endWithPromise(operation, result)
  } catch (error) {
    operation.end(error)
    throw error
  } finally {
    if (bound) restoreCallback(args[0], callback, bound)
  }
}

function callbackOf([config, values, callback]: readonly unknown[]): Callback | undefined {
  const candidates = [callback, values, (config as QueryConfig | null)?.callback]
  return candidates.find((candidate) => typeof candidate === 'function') as Callback | undefined
}

function endingOperation(operation: Operation, callback: Callback): Callback {
  if (!operation.span) return bindToContext(operation.caller, callback)
  return function (this: unknown, error, ...results) {
    operation.end(error, rowsOf(results[0]))
    runInContext(operation.caller, () => callback.call(this, error, ...results))
  }
}

function withCallback(args: readonly unknown[], bound: Callback): unknown[] {
  const [config, values, callback] = args
  if (typeof callback === 'function') return [config, values, bound]
  if (typeof values === 'function') return [config, bound]
  return [copyWith(config as object, 'callback', bound), ...args.slice(1)]
}

// Before 8.23 pg writes the callback it is given into the application's own config object.
function restoreCallback(config: unknown, callback: Callback | undefined, bound: Callback): void {
  const own = config as QueryConfig | null
  if (typeof own === 'object' && own?.callback === bound) own.callback = callback
}

function rowsOf(result: unknown): number | undefined {
  const { rows } = (result ?? {}) as { rows?: unknown }
  return Array.isArray(rows) ? rows.length : undefined
}

// Not `.finally` beside the promise: a rejection that the application does not handle must stay unhandled.
function endWithPromise(operation: Operation, result: unknown): unknown {
  const promise = result as Promise<unknown>
  if (typeof promise?.then !== 'function') return result
  return promise.then(
    (value) => {
      operation.end(undefined, rowsOf(value))
      return value
    },
    (error) => {
      operation.end(error ?? new Error('rejected without an error'))
      throw error
    },
  )
}

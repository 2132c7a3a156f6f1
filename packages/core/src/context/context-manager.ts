import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import type { Context, ContextManager } from '@opentelemetry/api'
import { sharedState } from '../process/state.ts'
import { rootContext } from './request-context.ts'

/** Where contexts live, for channels to bind. */
export const contextStorage: AsyncLocalStorage<Context> = sharedState(
  'context storage',
  () => new AsyncLocalStorage(),
)

/** Where code runs that nothing has put anywhere. */
const outside = sharedState('outside context', () => ({ context: rootContext }))

/** The context of the running code; outside of any request and job `rootContext`, or what `setOutsideContext` says. */
export function activeContext(): Context {
  return contextStorage.getStore() ?? outside.context
}

/** What runs in no request and no job is in `context` from now on, and what had begun before as well. */
export function setOutsideContext(context: Context): void {
  outside.context = context
}

/** Runs `work` in `context` and returns what it returns. */
export function runInContext<T>(context: Context, work: () => T): T {
  return contextStorage.run(context, work)
}

/**
 * Makes `context` the one of the running code until its callback returns to the event loop, and of what it starts. For
 * seams that only notify; where a function can be wrapped, runInContext is the better choice.
 */
export function enterContext(context: Context): void {
  contextStorage.enterWith(context)
}

/** The function, always run in `context` with its own `this`, arguments and length. */
export function bindToContext<F extends (...args: never[]) => unknown>(context: Context, work: F): F {
  const run = (self: unknown, given: ArrayLike<unknown>): unknown =>
    contextStorage.run(context, () => Reflect.apply(work, self, given))
  return withLength(work.length, run) as unknown as F
}

type Run = (self: unknown, given: ArrayLike<unknown>) => unknown
type Bound = (this: unknown, ...given: unknown[]) => unknown

/**
 * A function that hands `this` and its arguments to `run`. Nearly all callbacks have one to three: to define the length of one that
 * was written without them takes three times as long as to make and to call it.
 */
function withLength(length: number, run: Run): Bound {
  switch (length) {
    case 0:
      return anyLength(run)
    case 1:
      return function (this: unknown, _one: unknown) {
        // biome-ignore lint/complexity/noArguments: how many there are is seen by the callback
        return run(this, arguments)
      }
    case 2:
      return function (this: unknown, _one: unknown, _two: unknown) {
        // biome-ignore lint/complexity/noArguments: how many there are is seen by the callback
        return run(this, arguments)
      }
    case 3:
      return function (this: unknown, _one: unknown, _two: unknown, _three: unknown) {
        // biome-ignore lint/complexity/noArguments: how many there are is seen by the callback
        return run(this, arguments)
      }
    default:
      return Object.defineProperty(anyLength(run), 'length', { value: length, configurable: true })
  }
}

function anyLength(run: Run): Bound {
  return function (...given) {
    return run(this, given)
  }
}

/**
 * The function, always run in the context of whoever calls `bindContext`: with the trace and the request fields that are
 * in force now; outside of any request, in none. For what keeps the functions of many callers and runs them all in
 * the context of one: queues, limiters, batches. Keeps `this`, arguments, result and length. Throws only what `work`
 * throws.
 *
 * @example
 * limiter.schedule(bindContext(() => charge(order)))
 */
export function bindContext<F extends (...args: never[]) => unknown>(work: F): F {
  return bindToContext(activeContext(), work)
}

/**
 * The OpenTelemetry ContextManager over the one AsyncLocalStorage of Clew, so that diagnostics channels can bind
 * that storage directly.
 */
export function createContextManager(): ContextManager {
  const manager: ContextManager = {
    active: activeContext,
    with: (context, work, thisArg, ...args) =>
      thisArg === undefined && args.length === 0
        ? contextStorage.run(context, work as () => ReturnType<typeof work>)
        : contextStorage.run(context, work.bind(thisArg as ThisParameterType<typeof work>), ...args),
    bind: <T>(context: Context, target: T): T => {
      if (typeof target === 'function') return bindToContext(context, target as never)
      if (isEmitter(target)) bindEmitter(context, target)
      return target
    },
    enable: () => manager,
    disable: () => {
      contextStorage.disable()
      return manager
    },
  }
  return manager
}

function isEmitter(target: unknown): target is EventEmitter {
  const candidate = target as { on?: unknown; emit?: unknown } | null
  return typeof candidate?.on === 'function' && typeof candidate.emit === 'function'
}

// `emit` is the one door to every listener, whenever it was added.
function bindEmitter(context: Context, emitter: EventEmitter): void {
  const emit = emitter.emit
  Object.defineProperty(emitter, 'emit', {
    configurable: true,
    writable: true,
    value: (...args: Parameters<typeof emit>) => contextStorage.run(context, () => emit.apply(emitter, args)),
  })
}

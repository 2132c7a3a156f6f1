import { activeContext, bindToContext, runInContext } from '../context/context-manager.ts'
import { rootContext } from '../context/request-context.ts'

// A connection serves many requests and is opened by one of them, whose context its socket, its timers and whatever is
// received on it would keep. These are for wrapMethod, on what opens a connection and on what tells of it.

type Method = (...args: never[]) => unknown

/** The method, with the functions it is given run in the context of its caller. */
export function bindingCallbacks<F extends Method>(original: F): F {
  const method = function (this: unknown, ...args: unknown[]) {
    return original.apply(this, bindFunctions(args) as never[])
  }
  return method as unknown as F
}

/** The method, run in no request's context; the functions it is given in that of its caller. */
export function runningInRoot<F extends Method>(original: F): F {
  const method = function (this: unknown, ...args: unknown[]) {
    const bound = bindFunctions(args)
    return runInContext(rootContext, () => original.apply(this, bound as never[]))
  }
  return method as unknown as F
}

/** An `emit` whose listeners, of all events or of these alone, run in no request's context. */
export function emittingInRoot<F extends Method>(original: F, events?: ReadonlySet<unknown>): F {
  const emit = function (this: unknown, ...args: never[]) {
    const isPlain = (events && !events.has(args[0])) || activeContext() === rootContext
    if (isPlain || !isHeard(this, args[0])) return original.apply(this, args)
    return applyInRoot(original, this, args)
  }
  return emit as unknown as F
}

// By itself: a function with a closure in it makes room for that at each call, and most events are none of ours.
function applyInRoot(original: Method, self: unknown, args: never[]): unknown {
  return runInContext(rootContext, () => original.apply(self, args))
}

/** Whether anybody may hear of it: nobody needs no context. Of an error there may be a monitor. */
function isHeard(emitter: unknown, event: unknown): boolean {
  if (event === 'error') return true
  const { listenerCount } = emitter as { listenerCount?: unknown }
  return typeof listenerCount !== 'function' || listenerCount.call(emitter, event) !== 0
}

function bindFunctions(args: readonly unknown[]): unknown[] {
  return args.map((arg) =>
    typeof arg === 'function' ? bindToContext(activeContext(), arg as unknown as Method) : arg,
  )
}

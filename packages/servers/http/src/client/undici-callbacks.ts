import {
  activeContext,
  createHiddenSlot,
  type HiddenSlot,
  runInContext,
  type Stop,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'

type Callback = (this: object, ...args: unknown[]) => unknown

// By their names in undici 5 to 7 and in 8.
const callbackKey =
  /^on(Connect|Headers|Data|Complete|Error|Upgrade|Request(Start|Upgrade)|Response(Start|Data|End|Error))$/

/**
 * Runs what undici calls back on a request in the context of its caller, which else is the context of whoever opened
 * the connection: the next hop of a redirect or a retry would be taken for another caller's request.
 */
export function keepCallersOfUndici(): { remember(request: object): void; stop: Stop } {
  const callers = createHiddenSlot<Context>()
  const stops = new Map<object, Stop[]>()
  return {
    remember: (request) => {
      callers.set(request, activeContext())
      // Each copy of undici has its own class, which only its requests lead to.
      const prototype = Object.getPrototypeOf(request) as object
      if (!stops.has(prototype)) stops.set(prototype, wrapCallbacks(prototype, callers))
    },
    stop: () => {
      for (const stop of [...stops.values()].flat()) stop()
    },
  }
}

function wrapCallbacks(prototype: object, callers: HiddenSlot<Context>): Stop[] {
  const names = Object.getOwnPropertyNames(prototype).filter((name) => callbackKey.test(name))
  return names.map((name) =>
    wrapMethod(
      'http',
      prototype as Record<string, Callback>,
      name,
      (callback) =>
        function (this: object, ...args) {
          const caller = callers.get(this)
          if (!caller || activeContext() === caller) return callback.apply(this, args)
          return runInContext(caller, () => callback.apply(this, args))
        },
    ),
  )
}

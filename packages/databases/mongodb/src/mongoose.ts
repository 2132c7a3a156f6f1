import {
  activeContext,
  bindToContext,
  createHiddenSlot,
  onModuleLoad,
  owningPrototype,
  type Stop,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'

/** What waits: the name of a method and its arguments, or a function. */
type Waiting = [work: unknown, args?: unknown[]]

type Collection = {
  queue: Waiting[]
  addQueue(...args: unknown[]): unknown
  doQueue(...args: unknown[]): unknown
} & Record<string, unknown>

type Mongoose = { Collection: { prototype: Collection } }

const library = { name: 'mongoose', versions: { from: '8.0.0', below: '10.0.0' } } as const

/**
 * Operations of mongoose that wait for the connection, in the context of their caller: by itself it runs them all in that of whoever
 * connects.
 */
export function keepWaiting(owner: string): Stop {
  const callers = createHiddenSlot<Context>()
  return onModuleLoad<Mongoose>(library, ({ Collection }, { version }) => {
    // 9 waits by promises, which keep their context themselves.
    if (!version.startsWith('8.')) return undefined
    const prototype = owningPrototype(Collection.prototype, 'addQueue')
    return [
      wrapMethod(owner, prototype, 'addQueue', (original) => {
        return function (this: Collection, ...given) {
          const added = original.apply(this, given)
          const last = this.queue.at(-1)
          if (last) callers.set(last, activeContext())
          return added
        }
      }),
      wrapMethod(owner, prototype, 'doQueue', (original) => {
        return function (this: Collection, ...given) {
          for (const waiting of this.queue) bindWaiting(waiting, callers.get(waiting))
          return original.apply(this, given)
        }
      }),
    ]
  })
}

function bindWaiting(waiting: Waiting, caller: Context | undefined): void {
  if (!caller) return
  const [work] = waiting
  waiting[0] = bindToContext(caller, function (this: Collection, ...args: never[]): unknown {
    const method = (typeof work === 'function' ? work : this[String(work)]) as (...args: never[]) => unknown
    return method.apply(this, args)
  })
}

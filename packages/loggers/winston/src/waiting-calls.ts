import type { LogCall } from './log-call.ts'
import type { Info, Logger } from './winston-shapes.ts'

/** Calls whose entries a logger keeps in its stream buffer, per logger and in the order of the calls. */
export type WaitingCalls = {
  add(call: LogCall): void
  /** The call of the entry that the logger now takes from its buffer; `undefined` when it is not one of ours. */
  take(logger: Logger, info: Info): LogCall | undefined
  clear(): void
}

export function createWaitingCalls(): WaitingCalls {
  // A list, not an array: a buffer of many thousand entries must not make each `take` a shift of them all.
  let queues = new WeakMap<Logger, { first: LogCall | undefined; last: LogCall | undefined }>()
  let count = 0
  return {
    add: (call) => {
      count++
      const queue = queues.get(call.logger)
      if (!queue) queues.set(call.logger, { first: call, last: call })
      else if (!queue.first || !queue.last) queue.first = queue.last = call
      else queue.last = queue.last.next = call
    },
    take: (logger, info) => {
      if (count === 0) return undefined
      const queue = queues.get(logger)
      const call = queue?.first
      if (!queue || call?.info !== info) return undefined
      count--
      queue.first = call.next
      return call
    },
    clear: () => {
      queues = new WeakMap()
      count = 0
    },
  }
}

import type { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers'
import { isMainThread } from 'node:worker_threads'
import type { Stop } from '@clew/core'

const signal = 'SIGHUP'
type Emit = (this: NodeJS.Process, name: string | symbol, ...args: unknown[]) => boolean
const events: EventEmitter = process
const holder = process as unknown as { emit?: Emit }

/**
 * Calls `look` after each SIGHUP that the application listens to itself, after its own listeners. Without one SIGHUP ends the
 * process, as it does without us. No listener for the signal is there: libraries ask whether they are alone. Node binds
 * `process.emit` into the handle that it makes for the first one, so it is lent another for that moment.
 */
export function watchHangup(look: () => void): Stop {
  if (!isMainThread) return () => {}
  let isOver = false
  let giveBack: (() => void) | undefined
  const lend = (name: string | symbol): void => {
    // With another listener, or one of ours in the middle of its change, the handle is there.
    if (name !== signal || giveBack !== undefined || process.listenerCount(signal) > 0) return
    const own = Object.getOwnPropertyDescriptor(process, 'emit')
    const native = holder.emit as Emit
    holder.emit = (event, ...args) => {
      // The pipeline's own watch has none that counts.
      if (event === signal && !isOver && process.listenerCount(signal) > 0) setImmediate(look).unref()
      return native.call(process, event, ...args)
    }
    giveBack = () => {
      if (own === undefined) delete holder.emit
      else Object.defineProperty(process, 'emit', own)
      giveBack = undefined
    }
  }
  const end = (name: string | symbol): void => {
    if (name === signal) giveBack?.()
  }
  // Node's own listener, which makes the handle, is between them.
  events.prependListener('newListener', lend)
  events.on('newListener', end)
  return () => {
    isOver = true
    events.removeListener('newListener', lend)
    events.removeListener('newListener', end)
  }
}

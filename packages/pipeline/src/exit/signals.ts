import type { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import { setImmediate } from '../timers.ts'

/**
 * Signals whose default action ends the process. Not among them: those of a fault, which no listener hears, SIGUSR1 of the
 * inspector and SIGPROF of profilers; SIGPIPE and SIGXFSZ do nothing to Node.
 */
const endingSignals: readonly string[] = [
  ...['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGXCPU'],
  ...['SIGIO', 'SIGPWR', 'SIGSTKFLT'],
].filter((name) => name in constants.signals)

/** What `process` is inside: its listeners by name, as node:events keeps them. */
type Inside = { _events: Record<string, unknown>; _eventsCount: number; emit: typeof process.emit }

const inside = process as unknown as Inside
const placeholder = (): void => {}

/**
 * Calls `fire` on each of the signals for as long as the application does not listen to it itself, and then lets the
 * signal do what it would have done. No listener can be seen: libraries ask `listenerCount` whether they are alone.
 * Returns the function that stops watching.
 */
export function watchSignals(fire: () => void): () => void {
  const armed = new Set<string>()
  const watched = new Set<string>(endingSignals)
  let ownChange = false
  let stopped = false

  const changing = (change: () => void): void => {
    ownChange = true
    try {
      change()
    } finally {
      ownChange = false
    }
  }
  const arm = (signal: string): void => {
    if (stopped || armed.has(signal) || process.listenerCount(signal) > 0) return
    armed.add(signal)
    changing(() => bindSignal(signal, () => onSignal(signal)))
    hide(signal)
  }
  const disarm = (signal: string): void => {
    if (!armed.delete(signal)) return
    unhide(signal)
    changing(() => process.removeListener(signal, placeholder))
  }
  const onSignal = (signal: string): void => {
    fire()
    disarm(signal)
    process.kill(process.pid, signal)
    // Process 1 of a container lives on: the kernel keeps default actions from it.
    setImmediate(() => arm(signal)).unref()
  }
  const onNewListener = (name: string | symbol): void => {
    if (!ownChange && typeof name === 'string' && watched.has(name)) disarm(name)
  }
  // At once, not in a later turn: signal-exit takes its listener away and kills in the same turn.
  const onRemoveListener = (name: string | symbol): void => {
    if (!ownChange && typeof name === 'string' && watched.has(name)) arm(name)
  }

  const events: EventEmitter = process
  // Before Node's own listener, which makes a signal handle only when it finds none.
  events.prependListener('newListener', onNewListener)
  events.on('removeListener', onRemoveListener)
  for (const signal of endingSignals) arm(signal)
  return () => {
    stopped = true
    for (const signal of endingSignals) disarm(signal)
    events.removeListener('newListener', onNewListener)
    events.removeListener('removeListener', onRemoveListener)
  }
}

/** Node binds `process.emit` into the signal's handle when the first listener comes: it binds this one. */
function bindSignal(signal: string, onSignal: () => void): void {
  const own = Object.getOwnPropertyDescriptor(process, 'emit')
  const native = process.emit as (this: NodeJS.Process, name: string | symbol, ...args: unknown[]) => boolean
  inside.emit = ((name: string | symbol, ...args: unknown[]) => {
    if (name !== signal) return native.call(process, name, ...args)
    onSignal()
    return true
  }) as typeof process.emit
  try {
    process.on(signal, placeholder)
  } finally {
    if (own === undefined) delete (process as { emit?: unknown }).emit
    else Object.defineProperty(process, 'emit', own)
  }
}

function hide(signal: string): void {
  delete inside._events[signal]
  inside._eventsCount--
}

function unhide(signal: string): void {
  inside._events[signal] = placeholder
  inside._eventsCount++
}

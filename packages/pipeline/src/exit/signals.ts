import type { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import { setImmediate } from '../timers.ts'
import { HiddenListeners } from './hidden-listeners.ts'
import { beforeProcessCall } from './process-call.ts'

/**
 * Signals whose default action ends the process. Not among them: those of a fault, which no listener hears, SIGUSR1 of the
 * inspector and SIGPROF of profilers; SIGPIPE and SIGXFSZ do nothing to Node.
 */
const endingSignals: readonly string[] = [
  ...['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGXCPU'],
  ...['SIGIO', 'SIGPWR', 'SIGSTKFLT'],
].filter((name) => name in constants.signals)

/** Those that end it as well, and of which we hear only when the process sends them to itself. */
const unheardSignals: readonly string[] = [
  ...['SIGKILL', 'SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS', 'SIGPROF'],
].filter((name) => name in constants.signals)

const deadlySignals: ReadonlyMap<unknown, string> = new Map(
  [...endingSignals, ...unheardSignals].map((name) => [constants.signals[name as NodeJS.Signals], name]),
)

export type SignalWatch = {
  /** Until `resume` signals from outside do what they would without the watch. */
  pause(): void
  resume(): void
  stop(): void
}

/**
 * Calls `fire` on each of the signals for as long as the application does not listen to it itself, and then lets the
 * signal do what it would have done.
 */
export function watchSignals(fire: () => void): SignalWatch {
  const watched = new Set<string | symbol>(endingSignals)
  let paused = false
  let dying = false

  const arm = (signal: string): void => {
    if (!paused) hidden.arm(signal)
  }
  const prepareDeath = (signal: string): void => {
    if (dying) return
    fire()
    hidden.disarm(signal)
    // Process 1 of a container lives on: the kernel keeps default actions from it.
    if (watched.has(signal)) setImmediate(() => arm(signal)).unref()
  }
  const hidden = new HiddenListeners((signal) => {
    prepareDeath(signal)
    dying = true
    try {
      process.kill(process.pid, signal)
    } finally {
      dying = false
    }
  })
  const onNewListener = (name: string | symbol): void => {
    if (!hidden.isChanging() && watched.has(name)) hidden.handOver(String(name))
  }
  // At once, not in a later turn: signal-exit takes its listener away and kills in the same turn.
  const onRemoveListener = (name: string | symbol): void => {
    if (hidden.isChanging() || !watched.has(name) || process.listenerCount(name) > 0) return
    hidden.closed(String(name))
    arm(String(name))
  }

  const events: EventEmitter = process
  // Before Node's own listener, which makes a signal handle only when it finds none.
  events.prependListener('newListener', onNewListener)
  events.on('removeListener', onRemoveListener)
  const restoreKill = beforeOwnDeath(prepareDeath)
  const resume = (): void => {
    paused = false
    for (const signal of endingSignals) arm(signal)
  }
  const pause = (): void => {
    paused = true
    for (const signal of endingSignals) hidden.disarm(signal)
  }
  resume()
  return {
    pause,
    resume,
    stop() {
      pause()
      restoreKill()
      events.removeListener('newListener', onNewListener)
      events.removeListener('removeListener', onRemoveListener)
    },
  }
}

/** Calls `prepare` before the process ends itself by a signal: without a watch it does not return from that call. */
function beforeOwnDeath(prepare: (signal: string) => void): () => void {
  // process.kill calls it when it has read its arguments, so that an error which it throws has the same stack.
  return beforeProcessCall('_kill', (pid, number) => {
    const signal = deadlySignals.get(number)
    const reachesUs = pid === 0 || Math.abs(Number(pid)) === process.pid
    if (reachesUs && signal !== undefined && process.listenerCount(signal) === 0) prepare(signal)
  })
}

import { isMainThread } from 'node:worker_threads'
import { watchSignals } from './signals.ts'

/** All that the end of a process may cost, however many steps it takes. */
const budgetMs = 1800

/** A pipeline that wants to know of the end. */
export type EndMember = {
  readonly signals: boolean
  /** How long it is worth to wait for asynchronous sending; 0 when nothing can be delivered so. */
  waitMs(): number
  /** Sends what waits. Resolves early when the receiver is away. */
  send(): Promise<void>
  /** Delivers or stores everything now, within the time that `remainingMs` still gives. Never throws. */
  flushSync(remainingMs: () => number): void
}

const members = new Set<EndMember>()
let uninstall: (() => void) | undefined
let stopWatching: (() => void) | undefined
let deadline: number | undefined

/** Takes part in the end of this process, or of this worker thread. Returns the function that leaves again. */
export function joinEnd(member: EndMember): () => void {
  members.add(member)
  uninstall ??= install()
  watchIfWanted()
  return () => {
    members.delete(member)
    watchIfWanted()
    if (members.size > 0) return
    uninstall?.()
    uninstall = undefined
  }
}

function watchIfWanted(): void {
  const wanted = isMainThread && [...members].some(({ signals }) => signals)
  if (wanted) stopWatching ??= watchSignals(onSignal)
  else {
    stopWatching?.()
    stopWatching = undefined
  }
}

function install(): () => void {
  // Ours are two of the `exit` listeners that Node counts before it warns of a leak.
  const limit = process.getMaxListeners()
  if (limit > 0) process.setMaxListeners(limit + 2)
  process.on('beforeExit', onBeforeExit)
  process.prependListener('exit', onExit)
  process.on('exit', onLastExit)
  process.on('newListener', stayLast)
  const restoreExit = isMainThread ? wrapReallyExit() : undefined
  return () => {
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', onExit)
    process.removeListener('exit', onLastExit)
    process.removeListener('newListener', stayLast)
    restoreExit?.()
    if (limit > 0) process.setMaxListeners(Math.max(0, process.getMaxListeners() - 2))
  }
}

/** The loop is empty. Everything of ours is unref'd, so only this timer holds the process while batches travel. */
function onBeforeExit(): void {
  // Work of ours makes Node emit the event again, and the application's listener would run once more.
  if (process.listenerCount('beforeExit') > 1) return
  const sending = [...members].filter((member) => member.waitMs() > 0)
  const timeMs = Math.min(remainingMs(), Math.max(0, ...sending.map((member) => member.waitMs())))
  if (timeMs <= 0) return
  const holding = setTimeout(() => {}, timeMs)
  void Promise.all(sending.map((member) => member.send())).then(() => clearTimeout(holding))
}

function onExit(): void {
  flushAll()
}

/** Another function than `onExit`, so that one can be taken away without the other. */
function onLastExit(): void {
  flushAll()
}

/** Records that the application's own `exit` listeners write come before our last one. */
function stayLast(name: string | symbol, listener: unknown): void {
  if (name !== 'exit' || listener === onLastExit || listener === onExit) return
  queueMicrotask(() => {
    if (members.size === 0) return
    process.removeListener('exit', onLastExit)
    process.on('exit', onLastExit)
  })
}

/** process.exit inside an `exit` listener reaches no further listener, but this. */
function wrapReallyExit(): () => void {
  const inside = process as unknown as { reallyExit: (code?: number) => never }
  const native = inside.reallyExit
  const reallyExit = (code?: number): never => {
    flushAll()
    return native.call(process, code)
  }
  inside.reallyExit = reallyExit
  return () => {
    if (inside.reallyExit === reallyExit) inside.reallyExit = native
  }
}

function onSignal(): void {
  flushAll()
  // If the process lives on, its next end has its own time.
  setImmediate(() => {
    deadline = undefined
  }).unref()
}

function flushAll(): void {
  for (const member of members) {
    try {
      member.flushSync(remainingMs)
    } catch {}
  }
}

function remainingMs(): number {
  const now = performance.now()
  deadline ??= now + budgetMs
  return Math.max(0, deadline - now)
}

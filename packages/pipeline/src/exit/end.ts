import { isMainThread } from 'node:worker_threads'
import { clearTimeout, queueMicrotask, setImmediate, setTimeout } from '../timers.ts'
import { beforeProcessCall } from './process-call.ts'
import { type SignalWatch, watchSignals } from './signals.ts'

/** All that the end of a process may cost, however many steps it takes. */
const budgetMs = 1800

const ownExitListeners = 2
/** Process 1 of a container lives on after a signal: the kernel keeps default actions from it. */
const endOfSignal: Death | undefined = process.pid === 1 ? undefined : { exitCode: undefined }

/** A pipeline that wants to know of the end. */
export type EndMember = {
  readonly signals: boolean
  /** How long it is worth to wait for asynchronous sending; 0 when nothing can be delivered so. */
  waitMs(): number
  /** Sends what waits. Resolves early when the receiver is away. */
  send(): Promise<void>
  /** Delivers or stores everything now, within the time that `remainingMs` still gives. Never throws. */
  flushSync(remainingMs: RemainingMs, death: Death | undefined): void
}

/** What is left of the time of the end, with so many milliseconds more or less than it has; 0 when it is over. */
export type RemainingMs = (moreMs?: number) => number

/** Nothing of the application runs after this: with which exit code the process ends, or by a signal. */
export type Death = { readonly exitCode: number | undefined }

/** The end of this process, or of this worker thread, with one time for all that take part. Make one. */
export class ProcessEnd {
  readonly #nowMs: () => number
  readonly #members = new Set<EndMember>()
  #uninstall: (() => void) | undefined
  #signals: SignalWatch | undefined
  #deadline: number | undefined

  /** `nowMs` never goes back: the wall clock may be set. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Takes part. Returns the function that leaves again. */
  join(member: EndMember): () => void {
    this.#members.add(member)
    this.#uninstall ??= this.#install()
    this.#watchIfWanted()
    return () => {
      this.#members.delete(member)
      this.#watchIfWanted()
      if (this.#members.size > 0) return
      this.#uninstall?.()
      this.#uninstall = undefined
    }
  }

  #watchIfWanted(): void {
    const wanted = isMainThread && [...this.#members].some(({ signals }) => signals)
    if (wanted) this.#signals ??= watchSignals(() => this.#onPerhapsLast(endOfSignal))
    else {
      this.#signals?.stop()
      this.#signals = undefined
    }
  }

  #install(): () => void {
    // Ours are two of the `exit` listeners that Node counts before it warns of a leak.
    const limit = process.getMaxListeners()
    if (limit > 0) process.setMaxListeners(limit + 2)
    process.on('beforeExit', this.#onBeforeExit)
    process.prependListener('exit', this.#onExit)
    process.on('exit', this.#onLastExit)
    process.on('newListener', this.#stayLast)
    // A worker thread cannot end the process without the main thread.
    const restores = isMainThread ? this.#wrapLastCalls() : []
    return () => {
      process.removeListener('beforeExit', this.#onBeforeExit)
      process.removeListener('exit', this.#onExit)
      process.removeListener('exit', this.#onLastExit)
      process.removeListener('newListener', this.#stayLast)
      for (const restore of restores) restore()
      if (limit > 0) process.setMaxListeners(Math.max(0, process.getMaxListeners() - 2))
    }
  }

  #wrapLastCalls(): (() => void)[] {
    return [
      // process.exit inside an `exit` listener reaches no further listener, but this.
      beforeProcessCall('reallyExit', (exitCode) => this.#onLastExit(Number(exitCode ?? 0))),
      // Another program takes this process over, and nothing is emitted.
      beforeProcessCall('execve', () => this.#onPerhapsLast({ exitCode: 0 })),
    ]
  }

  /** The loop is empty. Everything of ours is unref'd, so only this timer holds the process while batches travel. */
  readonly #onBeforeExit = (): void => {
    // Work of ours makes Node emit the event again, and the application's listener would run once more.
    if (process.listenerCount('beforeExit') > 1) return
    const sending = [...this.#members].filter((member) => member.waitMs() > 0)
    const timeMs = Math.min(this.#remainingMs(), Math.max(0, ...sending.map((member) => member.waitMs())))
    if (timeMs <= 0) return
    const holding = setTimeout(() => {}, timeMs)
    void Promise.all(sending.map((member) => member.send())).then(() => clearTimeout(holding))
  }

  readonly #onExit = (exitCode: number): void => {
    const isLast = process.listenerCount('exit') === ownExitListeners
    this.#flushAll(isLast ? { exitCode } : undefined)
    // The loop, which we hear of signals by, does not run again: in the application's listeners they act by themselves.
    if (!isLast) this.#signals?.pause()
  }

  /** Another function than `#onExit`, so that one can be taken away without the other. */
  readonly #onLastExit = (exitCode: number): void => {
    this.#signals?.resume()
    this.#flushAll({ exitCode })
  }

  /** Records that the application's own `exit` listeners write come before our last one. */
  readonly #stayLast = (name: string | symbol, listener: unknown): void => {
    if (name !== 'exit' || listener === this.#onLastExit || listener === this.#onExit) return
    queueMicrotask(() => {
      if (this.#members.size === 0) return
      process.removeListener('exit', this.#onLastExit)
      process.on('exit', this.#onLastExit)
    })
  }

  #onPerhapsLast(death: Death | undefined): void {
    this.#flushAll(death)
    // If the process lives on, its next end has its own time.
    setImmediate(() => {
      this.#deadline = undefined
    }).unref()
  }

  #flushAll(death: Death | undefined): void {
    for (const member of this.#members) {
      try {
        member.flushSync((moreMs) => this.#remainingMs(moreMs), death)
      } catch {}
    }
  }

  #remainingMs(moreMs = 0): number {
    const now = this.#nowMs()
    this.#deadline ??= now + budgetMs
    return Math.max(0, this.#deadline + moreMs - now)
  }
}

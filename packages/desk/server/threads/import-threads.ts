import type { Worker } from 'node:worker_threads'
import { importLimits } from '../schema/limits.ts'
import { startThread } from './thread.ts'

/** How long a thread without a file is kept: the next one of several comes at once. */
const idleMs = 5_000
const mostWaiting = 32

/** The threads that read files to import, each of them one at a time. */
export class ImportThreads {
  readonly #idle = new Map<Worker, NodeJS.Timeout>()
  readonly #waiting: (() => void)[] = []
  #taken = 0

  /** Resolves with a thread when it is one's turn; undefined where too many wait already. */
  async take(): Promise<Worker | undefined> {
    if (this.#taken >= importLimits.atOnce) {
      if (this.#waiting.length >= mostWaiting) return undefined
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#taken++
    const [idle] = this.#idle
    if (idle === undefined) {
      return startThread('import-thread', {
        resourceLimits: { maxOldGenerationSizeMb: importLimits.heapMb },
      })
    }
    const [thread, timer] = idle
    clearTimeout(timer)
    this.#idle.delete(thread)
    thread.ref()
    return thread
  }

  /** Gives a thread back. One that is in the middle of a file, or broken, is ended. */
  async give(thread: Worker, isFree: boolean): Promise<void> {
    if (isFree) {
      thread.unref()
      const end = (): void => {
        this.#idle.delete(thread)
        void thread.terminate()
      }
      this.#idle.set(thread, setTimeout(end, idleMs).unref())
    } else await thread.terminate()
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken--
    else next()
  }
}

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { filesOf, setAside } from '../schema/segment-files.ts'
import { storeError } from '../schema/store-error.ts'
import { createReaders, type Readers } from './readers.ts'
import type { Commit, Store } from './store.ts'
import type { FromWriter } from './thread.ts'
import { WriterClient } from './writer-client.ts'

export type StoreOptions = {
  /** Folder of the data; made when it is missing. */
  directory: string
  /** Whether the folder is deleted when the store is closed. */
  temporary: boolean
  maxBytes: number
  /** Undefined: no limit of age. */
  maxAgeMs: number | undefined
  /** Hears, in one line, of what went wrong without failing a request. */
  report(message: string): void
}

export type StoreState = { segments: number; bytes: number; damaged: number }

/**
 * Opens the store: a thread that writes and two that read. Rejects with a StoreError that says what is wrong with the
 * folder and what to do.
 */
export async function openStore(options: StoreOptions): Promise<Store & { state(): StoreState }> {
  const { directory, temporary, maxBytes, maxAgeMs, report } = options
  const listeners = new Set<(commit: Commit) => void>()
  const clearListeners = new Set<() => void>()
  const segments = new KnownSegments(report, (path) => writer.giveUp(path))
  const { readers } = segments
  const writer = new WriterClient(
    { directory, maxBytes, maxAgeMs },
    {
      onSegments: (message) => segments.use(message),
      onProblem: report,
      onCommitted: ({ kind: _, ...commit }) => {
        for (const listener of listeners) listener(commit)
      },
    },
  )
  await writer.start()
  // A file of the last run may be damaged, too.
  const { damaged } = segments.state
  if (damaged > 0) report(`${directory} has ${damaged} damaged files, set aside as *.damaged.sqlite`)
  let closing: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    await writer.close()
    await readers.close()
    if (temporary) await rm(directory, { recursive: true, force: true })
  }
  const clear = async (): Promise<void> => {
    // The old files first: on a full disk there is no room for a new one before.
    for (const what of ['finished', 'all'] as const) {
      await writer.clear(what)
      await segments.deleted()
    }
    segments.forgetDamaged()
    for (const listener of clearListeners) listener()
  }
  return {
    clear,
    onClear(listener) {
      clearListeners.add(listener)
      return () => void clearListeners.delete(listener)
    },
    write: (signal, encoding, bytes, isImported = false) =>
      writer.write({ signal, encoding, bytes, isImported }),
    query: (query, signal) => readers.query(query, signal),
    onCommit(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    state: () => segments.state,
    close() {
      closing ??= closeAll()
      return closing
    },
  }
}

/** The segments there are, and the readers that have them open: a file is deleted once they have let go of it. */
class KnownSegments {
  readonly readers: Readers = createReaders((path) => this.#giveUp(path))
  readonly #report: (message: string) => void
  readonly #giveUpCurrent: (path: string) => void
  readonly #setAside = new Set<string>()
  /** Deleted by somebody else. The writer counts them still, until their time has come. */
  readonly #gone = new Set<string>()
  /** Past their time, on disk still. */
  readonly #expired = new Set<string>()
  #deleting: Promise<void> = Promise.resolve()
  #paths: readonly string[] = []
  #state: StoreState = { segments: 0, bytes: 0, damaged: 0 }

  constructor(report: (message: string) => void, giveUpCurrent: (path: string) => void) {
    this.#report = report
    this.#giveUpCurrent = giveUpCurrent
  }

  get state(): StoreState {
    return this.#state
  }

  /** Hears from the writer. */
  use({ paths, expired, bytes, damaged }: Extract<FromWriter, { kind: 'segments' }>): void {
    const known = new Set(this.#paths)
    this.#paths = paths.filter((path) => !this.#setAside.has(path) && !this.#gone.has(path))
    this.#state = { segments: this.#paths.length, bytes, damaged: damaged + this.#setAside.size }
    if (known.size === this.#paths.length && this.#paths.every((path) => known.has(path))) return
    for (const path of expired) this.#expired.add(path)
    this.#deleting = this.readers.useSegments(this.#paths).then(() => this.#deleteExpired())
  }

  /** Resolves when all that is past its time is deleted; rejects when something cannot be. */
  async deleted(): Promise<void> {
    await this.#deleting
    const [path] = this.#expired
    if (path !== undefined)
      throw storeError('full', `${path} cannot be deleted; end what holds it, and delete it`)
  }

  /** One that the system keeps is tried again with the next one, and by the next desk. */
  async #deleteExpired(): Promise<void> {
    for (const path of this.#expired) {
      try {
        for (const file of filesOf(path)) await rm(file, { force: true })
        this.#expired.delete(path)
      } catch (error) {
        this.#report(
          `${path} is past its time and cannot be deleted (${(error as Error).message}); delete it, as --max-size does not count it`,
        )
      }
    }
  }

  /** Those that readers set aside are deleted. */
  forgetDamaged(): void {
    this.#setAside.clear()
    this.#state = { ...this.#state, damaged: 0 }
  }

  /** A reader found a file that cannot be read, or is not there. The current one is the writer's to replace. */
  #giveUp(path: string): void {
    const isCurrent = path === this.#paths.at(-1)
    if (isCurrent) this.#giveUpCurrent(path)
    if (isCurrent || !this.#paths.includes(path)) return
    this.#paths = this.#paths.filter((one) => one !== path)
    const isGone = !existsSync(path)
    ;(isGone ? this.#gone : this.#setAside).add(path)
    const { bytes, damaged } = this.#state
    this.#state = { segments: this.#paths.length, bytes, damaged: damaged + (isGone ? 0 : 1) }
    const report = (): void =>
      this.#report(
        isGone
          ? `${path} was deleted while the desk was running; what was in it is gone`
          : `${path} cannot be read; it is now ${setAside(path)}`,
      )
    void this.readers.useSegments(this.#paths).then(report)
  }
}

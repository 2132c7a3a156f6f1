import { join } from 'node:path'
import type { Batch } from '../records/batch.ts'
import { leaveFolder, makeFolder, removeFolder, touch } from './folders.ts'
import { encodePayload } from './payload.ts'
import { removeSegment } from './replay.ts'
import { openSegment, type Segment, segmentBytes } from './segment.ts'
import { restMs, type SpoolOptions, sayUnusable, spoolRoot } from './spool.ts'

/**
 * Keeps what waits in memory on disk as well, so that a process that is killed loses none of it: the next one finds a
 * folder of the spool. Never throws.
 */
export type Journal = {
  /** Writes a batch. Returns how to say that it waits no more; undefined when the disk did not take it. */
  append(batch: Batch): (() => void) | undefined
  /** Says that this process lives. Call it every `heartbeatMs`. */
  beat(): void
  /** Leaves what still waits to whoever comes next. */
  leave(): void
}

/** A segment, and how many of its batches wait. */
type JournalSegment = { readonly segment: Segment; waiting: number }

export function openJournal(options: Omit<SpoolOptions, 'maxBytes'>): Journal {
  return new FolderJournal(options)
}

class FolderJournal implements Journal {
  readonly #options: Omit<SpoolOptions, 'maxBytes'>
  readonly #root: string
  #folder: string | undefined
  #current: JournalSegment | undefined
  #nextSegment = 1
  #restUntil = 0

  constructor(options: Omit<SpoolOptions, 'maxBytes'>) {
    this.#options = options
    this.#root = spoolRoot(options.directory, options.signal, options.url)
  }

  append(batch: Batch): (() => void) | undefined {
    const { now } = this.#options
    if (now() < this.#restUntil) return undefined
    try {
      const into = this.#writable()
      into.segment.append(encodePayload(batch))
      into.waiting++
      return () => this.#settle(into)
    } catch (error) {
      this.#restUntil = now() + restMs
      this.#seal()
      sayUnusable(this.#options, error)
      return undefined
    }
  }

  /** A process that stood still for long may have been taken for dead: then the next write goes to a new folder. */
  beat(): void {
    const folder = this.#folder
    if (folder === undefined || touch(folder, this.#options.now())) return
    this.#seal()
    this.#folder = undefined
  }

  leave(): void {
    this.#seal()
    const folder = this.#folder
    if (folder === undefined) return
    this.#folder = undefined
    removeFolder(folder)
    leaveFolder(this.#root, folder)
  }

  #writable(): JournalSegment {
    if (this.#current !== undefined && this.#current.segment.bytes >= segmentBytes) this.#seal()
    if (this.#current !== undefined) return this.#current
    this.#folder ??= makeFolder(this.#root)
    const name = `${String(this.#nextSegment++).padStart(8, '0')}.spool`
    this.#current = { segment: openSegment(join(this.#folder, name)), waiting: 0 }
    return this.#current
  }

  /** What is sent again after a kill is at most what lies in one segment with something that waits. */
  #settle(of: JournalSegment): void {
    of.waiting--
    if (of.waiting > 0) return
    if (of === this.#current) this.#seal()
    else removeSegment(of.segment.path)
  }

  #seal(): void {
    const current = this.#current
    if (current === undefined) return
    this.#current = undefined
    try {
      current.segment.close()
    } catch {}
    if (current.waiting === 0) removeSegment(current.segment.path)
  }
}

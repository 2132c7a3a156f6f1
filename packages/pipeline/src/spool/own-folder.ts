import { join } from 'node:path'
import { leaveFolder, makeFolder, removeFolder, staleMs, touch } from './folders.ts'
import { requireSafePlace, type SpoolPlace } from './place.ts'
import { describeRefusal, formatRefusal, type Refusal } from './refusal.ts'
import { openSegment, type Segment, segmentBytes } from './segment.ts'

/** How long a disk that failed is left alone. */
const restMs = 10_000

export type OwnFolderEvents = {
  /** Nothing more is written to a segment. */
  onSealed: (segment: string) => void
  /** Somebody took the folder: this process stood still for long. */
  onLost?: (folder: string) => void
}

/** The folder that one pipeline writes to, made with its first segment. Never throws. */
export class OwnFolder {
  readonly #place: SpoolPlace
  readonly #events: OwnFolderEvents
  #path: string | undefined
  #segment: Segment | undefined
  #nextSegment = 1
  #touchedAt = 0
  #restUntil: number | undefined
  #refusal: Refusal | undefined

  constructor(place: SpoolPlace, events: OwnFolderEvents) {
    this.#place = place
    this.#events = events
  }

  /** Undefined until something was written. */
  get path(): string | undefined {
    return this.#path
  }

  /** The segment that is being written. */
  get segment(): Segment | undefined {
    return this.#segment
  }

  /** Whether writing failed a moment ago. */
  isResting(): boolean {
    return this.#restUntil !== undefined && this.#place.now() < this.#restUntil
  }

  /** Why writing failed the last time. */
  get refusal(): Refusal | undefined {
    return this.#refusal
  }

  /** Writes a frame. Returns the path of its segment; undefined when the disk does not take it, which is said. */
  append(payload: readonly Uint8Array[]): string | undefined {
    return this.write((segment) => segment.append(payload))?.path
  }

  /** The same of what `append` does to the segment. */
  write(append: (segment: Segment) => void): Segment | undefined {
    if (this.isResting()) return undefined
    try {
      const segment = this.#writable()
      append(segment)
      this.#refusal = undefined
      this.#restUntil = undefined
      return segment
    } catch (error) {
      this.#restUntil = this.#place.now() + restMs
      // A segment that could not be truncated back is not written to again; a reader finds its whole frames.
      this.seal()
      this.#sayUnusable(error)
      return undefined
    }
  }

  /** Ends the segment that is being written. */
  seal(): void {
    const segment = this.#segment
    if (segment === undefined) return
    this.#segment = undefined
    try {
      segment.close()
    } catch {}
    this.#events.onSealed(segment.path)
  }

  /** Says that this process lives. One that was taken for dead writes to a new folder from now on. */
  beat(): void {
    const path = this.#path
    const now = this.#place.now()
    this.#touchedAt = now
    if (path === undefined || touch(path, now)) return
    this.seal()
    this.#path = undefined
    this.#events.onLost?.(path)
  }

  /** Nothing lies in it any more. */
  remove(): void {
    if (this.#path !== undefined) removeFolder(this.#path)
    this.#path = undefined
  }

  /** Leaves what lies in it to whoever comes next. */
  leave(): void {
    this.seal()
    const path = this.#path
    if (path === undefined) return
    this.remove()
    leaveFolder(this.#place.root, path)
  }

  #writable(): Segment {
    const now = this.#place.now()
    if (now - this.#touchedAt > staleMs / 2) this.beat()
    if (this.#segment !== undefined && this.#segment.bytes >= segmentBytes) this.seal()
    if (this.#segment !== undefined) return this.#segment
    requireSafePlace(this.#place)
    this.#path ??= makeFolder(this.#place)
    const name = `${String(this.#nextSegment++).padStart(8, '0')}.spool`
    this.#segment = openSegment(join(this.#path, name))
    return this.#segment
  }

  #sayUnusable(error: unknown): void {
    const { problems, directory } = this.#place
    const refusal = describeRefusal(error, this.#place)
    this.#refusal = refusal
    problems.say(
      'CLEW_SPOOL_UNUSABLE',
      directory,
      () => `records cannot be written to ${directory}: ${formatRefusal(refusal)}`,
    )
  }
}

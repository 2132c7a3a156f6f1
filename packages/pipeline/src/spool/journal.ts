import type { Batch } from '../records/batch.ts'
import { OwnFolder } from './own-folder.ts'
import { encodePayload } from './payload.ts'
import type { SpoolPlace } from './place.ts'
import { removeSegment } from './replay.ts'

/**
 * Keeps what waits in memory on disk as well, so that a process that is killed loses none of it: the next one finds a
 * folder of the spool. Never throws.
 */
export class Journal {
  readonly #own: OwnFolder
  /** How many batches of a segment wait. */
  readonly #waiting = new Map<string, number>()

  constructor(place: SpoolPlace) {
    this.#own = new OwnFolder(place, { onSealed: (segment) => this.#removeIfDone(segment) })
  }

  /** Writes a batch. Returns how to say that it waits no more; undefined when the disk did not take it. */
  append(batch: Batch): (() => void) | undefined {
    const segment = this.#own.append(encodePayload(batch))
    if (segment === undefined) return undefined
    this.#waiting.set(segment, this.#waitingIn(segment) + 1)
    return () => this.#settle(segment)
  }

  /** Says that this process lives. Call it every `heartbeatMs`. */
  beat(): void {
    this.#own.beat()
  }

  /** Leaves what still waits to whoever comes next. */
  leave(): void {
    this.#own.leave()
  }

  /** What is sent again after a kill is at most what lies in one segment with something that waits. */
  #settle(segment: string): void {
    this.#waiting.set(segment, this.#waitingIn(segment) - 1)
    if (this.#waitingIn(segment) > 0) return
    if (segment === this.#own.segment) this.#own.seal()
    else this.#removeIfDone(segment)
  }

  #removeIfDone(segment: string): void {
    if (this.#waitingIn(segment) > 0) return
    this.#waiting.delete(segment)
    removeSegment(segment)
  }

  #waitingIn(segment: string): number {
    return this.#waiting.get(segment) ?? 0
  }
}

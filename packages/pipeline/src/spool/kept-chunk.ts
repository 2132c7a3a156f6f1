import type { ByteWriter } from '@clew/otlp'
import type { ChunkOnDisk } from '../records/on-disk.ts'
import { frameHeaderBytes } from './frame.ts'
import type { JournalFile, JournalPlace, JournalWriter } from './journal-file.ts'
import { encodeOpened, type OpenedChunk, recordsHead } from './payload.ts'
import type { Segment } from './segment.ts'

type Place = JournalPlace & { readonly head: Buffer }

/** The records of a chunk, each of them on disk when its log call returns. */
export class KeptChunk implements ChunkOnDisk {
  readonly #journal: JournalWriter
  readonly #chunk: Omit<OpenedChunk, 'id'>
  readonly #places: Place[] = []
  #last: Place | undefined
  #writtenTo = 0
  #isComplete = true

  constructor(journal: JournalWriter, chunk: Omit<OpenedChunk, 'id'>) {
    this.#journal = journal
    this.#chunk = chunk
  }

  get isWhole(): boolean {
    return this.#isComplete && this.#places.every(({ file }) => !file.isLost)
  }

  /** Several records at once only where one was logged while another was encoded. */
  write({ buffer, position }: ByteWriter): void {
    const start = this.#writtenTo
    if (start === position) return
    this.#writtenTo = position
    const bytes = frameHeaderBytes + position - start
    const isWritten = this.#journal.write(bytes, (segment, file) => {
      const place = this.#last?.file === file ? this.#last : this.#begin(segment, file)
      segment.appendRange(place.head, buffer, start, position)
    })
    if (!isWritten) this.#isComplete = false
  }

  settle(): void {
    this.#journal.settle(this.#places)
  }

  leave(): void {
    this.#journal.leave(this.#places)
  }

  /** What all of its records have in common stands there twice: damage to it would cost all of them. */
  #begin(segment: Segment, file: JournalFile): Place {
    const id = segment.bytes
    const opened = encodeOpened({ id, ...this.#chunk })
    segment.append(opened)
    segment.append(opened)
    const place = { file, id, head: recordsHead(id) }
    file.waiting++
    this.#places.push(place)
    this.#last = place
    return place
  }
}

import type { Segment } from './segment.ts'

/** A segment of a journal, and who needs what lies in it. */
export class JournalFile {
  readonly path: string
  bytes = 0
  /** Batches and chunks in it that lie in memory as well. */
  waiting = 0
  /** Those that lie here alone, by their ids. */
  left: number[] = []
  /** Batches of it that are being sent from here. */
  sending = 0
  /** Nothing more is written to it. */
  isSealed = false
  /** Somebody took it over. */
  isLost = false

  constructor(path: string) {
    this.path = path
  }

  get isNeeded(): boolean {
    return this.waiting > 0 || this.left.length > 0 || this.sending > 0
  }
}

/** Where a batch begins, or what of a chunk is in one segment. */
export type JournalPlace = { readonly file: JournalFile; readonly id: number }

/** What chunks need of a journal. */
export type JournalWriter = {
  /** Writes about so many bytes. False when the disk does not take them. */
  write(bytes: number, append: (segment: Segment, file: JournalFile) => void): boolean
  /** Nobody needs what lies there. */
  settle(places: readonly JournalPlace[]): void
  /** Memory forgets what lies there: it is sent from there. */
  leave(places: readonly JournalPlace[]): void
}

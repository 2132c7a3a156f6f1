import type { ByteWriter } from '@clew/otlp'

/** What lies on disk while it waits in memory. */
export type OnDisk = {
  /** Whether all of it does. */
  readonly isWhole: boolean
  /** Nobody needs it any more. */
  settle(): void
  /** Memory forgets it: it is sent from the disk. */
  leave(): void
}

export type ChunkOnDisk = OnDisk & {
  /** Writes what was added to the writer since. Never throws. */
  write(writer: ByteWriter): void
}

/** Keeps records on disk from their log call on. */
export type RecordJournal = {
  open(scope: Buffer): ChunkOnDisk
  /** Whether records lie there alone, that are to be sent before those that come now. */
  isBehind(): boolean
}

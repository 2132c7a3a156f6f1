import type { RecordFilter } from '../pipeline.ts'
import type { Sender } from './sender.ts'
import type { createThreadSender } from './thread-sender.ts'

/** Who gets log records besides, or in place of, the OTLP receiver. */
export type Destination = RecordFilter & {
  /** In counters, and among the lanes. Not `logs` or `traces`. */
  readonly name: string
  /** What messages for the operator call it; without secrets. */
  readonly shownAs: string
  /**
   * Its address, and who we are to it: records that were spooled for one are not sent to another. JSON, of which only a hash
   * is kept.
   */
  readonly identity: readonly unknown[]
  /** The longest time that a record waits for others, where that of the pipeline is longer. */
  readonly maxDelayMs?: number
  createSender(): Sender
}

/** What an exporter makes its destination with. */
export type ExporterTools = {
  createThreadSender: typeof createThreadSender
  /** Tells the operator of a problem. */
  say: (code: string, message: string) => void
}

/**
 * What a package exports that brings a destination; in its package.json stands `"clew": { "exporter": "<export>" }`. With the preload
 * its options are set as those of an instrumentation, `CLEW_<NAME>_<OPTION>`; `level` and `where` are added to them.
 */
export type Exporter = {
  readonly name: string
  /** As `OptionSpecs` of @clew/core. */
  readonly options: Readonly<Record<string, object>>
  /** Undefined when it is not configured. A text is a mistake in its configuration: its place, and what to write. */
  open(options: Readonly<Record<string, unknown>>, tools: ExporterTools): Destination | string | undefined
}

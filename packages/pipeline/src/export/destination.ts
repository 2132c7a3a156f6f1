import type { RecordFilter } from '../pipeline.ts'
import type { Sender } from './sender.ts'

/** Who gets log records besides, or in place of, the OTLP receiver. */
export type Destination = RecordFilter & {
  /** In counters, and among the lanes. Not `logs` or `traces`. */
  readonly name: string
  /**
   * Its address, and who we are to it: records that were spooled for one are not sent to another. JSON, of which only a hash
   * is kept.
   */
  readonly identity: readonly unknown[]
  createSender(): Sender
}

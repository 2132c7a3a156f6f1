import type { Endpoint, PipelineOptions } from './pipeline.ts'
import type { SettingNames } from './setting-names.ts'

export type RelayOptions = Pick<
  PipelineOptions,
  'maxQueueBytes' | 'spoolDirectory' | 'maxSpoolBytes' | 'runHidden' | 'report'
> & {
  /** Undefined: requests of the signal are taken and go nowhere. */
  logs?: Endpoint | undefined
  traces?: Endpoint | undefined
  /** What the messages call the settings. */
  settingNames: SettingNames
}

/**
 * - `taken`: the request is this relay's now
 * - `full`: neither memory nor disk has room; whoever sent it should come back later
 * - `invalid`: it is no OTLP
 */
export type Passed = 'taken' | 'full' | 'invalid'

/** Counts records. `accepted`, and what ended processes left in the spool, is the sum of the others. */
export type RelayCounters = {
  /** Records taken in since the start. */
  accepted: number
  /** Records that the receiver acknowledged, also those that ended processes left. */
  delivered: number
  /** Records that the receiver refused for good. */
  rejected: number
  /** Records lost at the end, for want of a spool or of room in it. */
  dropped: number
  /** Records in memory and in the spool, also those that ended processes left. */
  waiting: number
}

export type Relay = {
  /**
   * Takes in an export request, uncompressed. Copies `bytes`: they stay the caller's. A request in protobuf goes on byte
   * for byte, one in JSON as protobuf. Never throws.
   */
  pass(signal: 'logs' | 'traces', encoding: 'protobuf' | 'json', bytes: Uint8Array): Passed
  counters(): { logs: RelayCounters; traces: RelayCounters }
  /** Resolves when everything taken in so far is acknowledged, refused, spooled, or the time is over. Never rejects. */
  flush(timeoutMs?: number): Promise<void>
  /** Flushes until the receiver fails or the time is over; the rest stays in the spool. Closes all connections. */
  stop(timeoutMs?: number): Promise<void>
}

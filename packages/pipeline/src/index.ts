export type { Destination, Exporter, ExporterTools } from './export/destination.ts'
export type { Receiver, Sender } from './export/sender.ts'
export { createThreadSender, type ThreadSenderOptions } from './export/thread-sender.ts'
export type * from './pipeline.ts'
export { createIdWatch, type IdWatch } from './policy/id-watch.ts'
export type * from './policy/policy.ts'
export {
  otEntries,
  parseThreshold,
  type RandomnessSource,
  randomnessOf,
  readOtEntry,
  readRandomness,
  shortThreshold,
  thresholdOfRatio,
} from './policy/threshold.ts'
export { hashTraceId } from './policy/trace-id-hash.ts'
export type { Batch } from './records/batch.ts'
export { formatOwner, isAlive, type Owner, parseOwner, thisOwner } from './spool/owner.ts'
export { startPipeline } from './start-pipeline.ts'
export { type Passed, type Relay, type RelayCounters, type RelayOptions, startRelay } from './start-relay.ts'
export type { Outcome } from './wire/outcome.ts'

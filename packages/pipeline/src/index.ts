export type * from './pipeline.ts'
export { formatOwner, isAlive, type Owner, parseOwner, thisOwner } from './spool/owner.ts'
export { startPipeline } from './start-pipeline.ts'
export { type Passed, type Relay, type RelayCounters, type RelayOptions, startRelay } from './start-relay.ts'

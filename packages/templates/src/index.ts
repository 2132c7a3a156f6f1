export type { Merge } from './merges.ts'
export { createMiner, type Miner, type MinerOptions, type Template } from './miner.ts'
export { createSharing, type SharedEntry, type Sharing } from './sharing.ts'
export { mergeStates, parseState, printState, stateOf, type TemplateState } from './state.ts'

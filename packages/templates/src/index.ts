export type { Merge } from './merges.ts'
export { createMiner, type Miner, type MinerOptions, type Template } from './miner.ts'
export { mergeStates, parseState, printState, stateOf, type TemplateState } from './state.ts'

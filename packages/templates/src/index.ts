export type { Merge } from './merges.ts'
export { createMiner, type Miner, type MinerOptions, type Template } from './miner.ts'

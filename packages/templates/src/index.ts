export { createMiner, type Miner, type MinerOptions, type Template } from './miner.ts'

export type { Desk, DeskOptions } from './run-desk.ts'
export { startDesk } from './start-desk.ts'

export { type Desk, type DeskOptions, startDesk } from './start-desk.ts'

export { type EventfulLogger, type WithEvents, withEvents } from './events.ts'
export { winstonInstrumentation } from './instrumentation.ts'

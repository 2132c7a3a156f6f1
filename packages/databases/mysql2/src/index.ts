export { mysql2Instrumentation } from './instrumentation.ts'

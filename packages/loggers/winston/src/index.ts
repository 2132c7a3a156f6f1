export { winstonInstrumentation } from './instrumentation.ts'

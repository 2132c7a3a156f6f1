export { honoInstrumentation } from './instrumentation.ts'

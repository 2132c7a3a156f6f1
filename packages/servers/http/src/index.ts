export { httpInstrumentation } from './instrumentation.ts'

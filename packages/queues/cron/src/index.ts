export { cronInstrumentation } from './instrumentation.ts'

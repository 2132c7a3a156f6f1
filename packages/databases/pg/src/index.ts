export { pgInstrumentation } from './instrumentation.ts'

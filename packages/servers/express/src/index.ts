export { expressInstrumentation } from './instrumentation.ts'

export { nestInstrumentation } from './instrumentation.ts'

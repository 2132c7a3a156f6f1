export { koaInstrumentation } from './instrumentation.ts'

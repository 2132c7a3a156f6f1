export { pinoInstrumentation } from './instrumentation.ts'

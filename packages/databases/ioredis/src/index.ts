export { ioredisInstrumentation } from './instrumentation.ts'

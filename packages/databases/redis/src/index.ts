export { redisInstrumentation } from './instrumentation.ts'

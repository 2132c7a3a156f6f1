export { postgresInstrumentation } from './instrumentation.ts'

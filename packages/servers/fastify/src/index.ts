export { fastifyInstrumentation } from './instrumentation.ts'

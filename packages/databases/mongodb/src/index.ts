export { mongodbInstrumentation } from './instrumentation.ts'

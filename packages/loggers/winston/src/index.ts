export { type WinstonOptions, winstonInstrumentation } from './instrumentation.ts'

export { consoleInstrumentation } from './instrumentation.ts'

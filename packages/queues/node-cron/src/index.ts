export { nodeCronInstrumentation } from './instrumentation.ts'

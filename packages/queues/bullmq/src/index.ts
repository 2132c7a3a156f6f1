export { bullmqInstrumentation } from './instrumentation.ts'
export type { JobLike } from './library.ts'
export { withJob } from './manual.ts'

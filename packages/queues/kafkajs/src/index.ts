export { kafkajsInstrumentation } from './instrumentation.ts'
export type { MessageLike } from './library.ts'
export { withMessage } from './manual.ts'

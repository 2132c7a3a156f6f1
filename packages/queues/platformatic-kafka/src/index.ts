export { platformaticKafkaInstrumentation } from './instrumentation.ts'
export type { MessageLike } from './library.ts'
export { withMessage, withMessages } from './manual.ts'

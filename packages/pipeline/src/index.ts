export type * from './pipeline.ts'
export type { ProblemCode } from './problems.ts'
export { startPipeline } from './start-pipeline.ts'

// What the instrumentations of SQL databases share; loaded with the first of them.
export { type SqlRuntime, sqlOptions } from './options.ts'
export { describeParameters } from './parameters.ts'
export { clipText, describeStatement, type Statement, statementOf } from './statement.ts'
export type { Summary } from './summarize.ts'
export type { Dialect } from './tokens.ts'
export { addTraceComment, copyWith } from './trace-comment.ts'

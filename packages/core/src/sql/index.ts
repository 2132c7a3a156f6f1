// What the instrumentations of SQL databases share; loaded with the first of them.
export { clipText, describeStatement, type Statement, statementOf } from './statement.ts'
export type { Summary } from './summarize.ts'
export type { Dialect } from './tokens.ts'

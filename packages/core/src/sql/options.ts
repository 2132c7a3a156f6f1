import type { Runtime } from '../seams/instrumentation.ts'

/** The options that the instrumentations of SQL databases share, by the names that OpenTelemetry's have for them. */
export const sqlOptions = {
  addSqlCommenterCommentToQueries: {
    kind: 'boolean',
    default: false,
    about:
      'Put the ids of its span in a comment at the end of each query that is not prepared and has no comment, as sqlcommenter does.',
  },
  enhancedDatabaseReporting: {
    kind: 'boolean',
    default: false,
    about:
      'Show the values that a query is sent with, as `db.query.parameter.<name>` of its span and of its record.',
  },
} as const

/** What the instrumentation of an SQL database works with. */
export type SqlRuntime = Runtime<typeof sqlOptions>

import { parseBoolean, parseChoice, parseDuration } from '@clew/settings'
import { type Setting, setting } from './setting.ts'

export const queryRecordChoices = ['off', 'failed', 'slow', 'all'] as const
export type QueryRecordChoice = (typeof queryRecordChoices)[number]

/** What is a record beside the lines of loggers, and what these say more. */
export const recordSettings: {
  queryRecords: Setting<QueryRecordChoice>
  slowQuery: Setting<number>
  logTemplates: Setting<boolean>
} = {
  queryRecords: setting<QueryRecordChoice>({
    env: 'CLEW_QUERY_RECORDS',
    yaml: 'queries.records',
    parse: parseChoice(queryRecordChoices),
    default: 'off',
    about:
      'Which queries and commands of databases are log records: off, failed, slow (those that failed, too) or all. Unless it is off, the tenth of the same query below one span is a record as well.',
  }),
  slowQuery: setting({
    env: 'CLEW_SLOW_QUERY',
    yaml: 'queries.slow',
    parse: parseDuration,
    default: 500,
    shown: '500ms',
    about: 'From which time on a query is slow.',
  }),
  logTemplates: setting({
    env: 'CLEW_LOG_TEMPLATES',
    yaml: 'logs.templates',
    parse: parseBoolean,
    default: false,
    about:
      'Whether log records of the console and winston have the format string that they were made of, such as `user %s paid`, as `log.record.template`.',
  }),
}

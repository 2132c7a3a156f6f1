import type { SeverityBand } from '@clew/otlp/severity'
import { type FieldValue, fields } from './chain.ts'
import type { ChainSummary } from './chains.ts'
import {
  any,
  choice,
  count,
  flag,
  list,
  nullable,
  number,
  object,
  optional,
  type Static,
  text,
} from './schema.ts'

const about = {
  ref: text(),
  timeUnixNano: text(),
  severity: count("OTLP's SeverityNumber, 0 to 24."),
  severityText: text(),
  service: text(),
  traceId: text('"" when the line belongs to no trace.'),
  spanId: text(),
  pattern: count('Its pattern, 0 when it has none.'),
  weight: optional(
    number(
      'How many lines it stands for where that is not 1; 0: it was held, and is here because its chain was kept.',
    ),
  ),
}

const line = {
  ...about,
  text: text('At most 2,000 characters.'),
  fields: text('A few attributes as `key=value`, or "".'),
}

/** A line in a list. */
export const logRow = object(line)
export type LogRow = Static<typeof logRow>

/** Newest first. */
export const logPage = object({
  logs: list(logRow),
  next: nullable(text(), 'The `before` of the following page; null at the end.'),
  searchedToUnixMs: nullable(
    count(),
    'Not null: the time for a search ran out. What is older was not searched; `next` goes on from there.',
  ),
})
export type LogPage = Static<typeof logPage>

/** Lines as they came, the oldest first: `GET /api/logs/arrivals`. */
export const arrivalPage = object({
  arrivals: list(
    object({
      arrivedUnixMs: count('When they came.'),
      logs: any<{ resourceLogs: unknown[] }>({ type: 'object' }, 'An ExportLogsServiceRequest in JSON.'),
    }),
  ),
  next: nullable(text(), 'The `after` of the following page; null at the end.'),
})
export type ArrivalPage = Static<typeof arrivalPage>

/** The lines before and after one, oldest first: `GET /api/logs/{ref}/around`. */
export const surroundingLogs = object({ logs: list(logRow), at: count() })
export type SurroundingLogs = Static<typeof surroundingLogs>

const whole = {
  body: any<FieldValue>({}),
  observedUnixNano: text(),
  eventName: text(),
  flags: count('Those of W3C Trace Context.'),
  attributes: fields,
  droppedAttributes: count(),
  resource: fields,
  scope: object({ name: text(), version: text(), attributes: fields }),
}

export const logDetail = object({ ...line, ...whole })
export type LogDetail = Static<typeof logDetail>

/** Everything of a line, without what is shortened for a list. */
export const wholeLog = object({ ...about, ...whole })
export type WholeLog = Static<typeof wholeLog>

/** Newest first: `GET /api/logs/whole`. */
export const wholeLogPage = object({
  logs: list(wholeLog),
  next: nullable(text(), 'The `before` of the following page; null at the end.'),
  searchedToUnixMs: nullable(count(), 'As in `LogPage`.'),
})
export type WholeLogPage = Static<typeof wholeLogPage>

/** Lines in the order in which they came: `GET /api/logs/tail`. */
export const logTail = object({
  logs: list(wholeLog),
  next: text(
    'The `after` that goes on behind these, now or later; also after the desk has started again, and where it then has other data, from its first line.',
  ),
  more: flag('There may be more already.'),
})
export type LogTail = Static<typeof logTail>

export type { SeverityBand }

const lines = list(count())

const counted = choice(
  ['all', 'newest', 'sample'],
  'What was counted. A search that finds too much is counted in its `newest` part only; words that are in very ' +
    'many lines in an even `sample`, from which the counts are estimated. So is the part of ten very busy seconds within which a time begins or ends.',
)

export const logHistogram = object({
  fromUnixMs: number(),
  stepMs: number(),
  series: object(
    {
      trace: lines,
      debug: lines,
      info: lines,
      warn: lines,
      error: lines,
      fatal: lines,
    } satisfies Record<SeverityBand, typeof lines>,
    'Lines per step and severity. Every series has the same length.',
  ),
  total: count(),
  counted,
})
export type LogHistogram = Static<typeof logHistogram>

export const logFacets = object({
  facets: list(
    object({
      name: text('Can be searched as it is: `service`, `level`, or the key of an attribute.'),
      values: list(object({ value: text(), count: count() })),
    }),
  ),
  total: count('Lines that match, as in the histogram: those that `service` and `level` count.'),
  counted,
  sampled: count('Lines in which attributes were counted, the newest.'),
})
export type LogFacets = Static<typeof logFacets>

/** A template of log lines with its occurrences in the time that was asked for. */
export const pattern = object({
  id: count(),
  text: text('Variable parts are `<*>`.'),
  severity: count(
    'The lowest number of the level that most of its lines have in the time that was asked for, of two the higher one; where no ' +
      'level was counted (files of earlier versions) the highest severity that a line of it ever had.',
  ),
  errors: count(
    'Lines of severity ERROR and up in the time that was asked for, as far as levels were counted.',
  ),
  services: list(text()),
  count: count(),
  firstUnixMs: number('First occurrence ever, as far as the store reaches back.'),
  lastUnixMs: number('Last occurrence ever.'),
  isNew: flag('Its first occurrence lies in the time that was asked for.'),
  trend: list(count(), 'Occurrences per step.'),
})
export type Pattern = Static<typeof pattern>

export const patternPage = object({ fromUnixMs: number(), stepMs: number(), patterns: list(pattern) })
export type PatternPage = Static<typeof patternPage>

/** `GET /api/patterns/{id}`: its newest lines. */
export const patternDetail = object({ pattern, examples: list(logRow) })
export type PatternDetail = Static<typeof patternDetail>

/**
 * Server-sent events of `GET /api/live`. `event:` is the key, `data:` the JSON. With `logs=<search>` come `logs`, with
 * `chains=<search>` come `chains`, with `alerts=` come `alerts`, one of these at once. `id:` of an event resumes behind it (`Last-Event-ID`).
 */
export type LiveEvents = {
  /** New lines, oldest first, at most 200 an event; `dropped` more came than could be shown. */
  logs: { logs: LogRow[]; dropped: number }
  /** Chains that are new or have changed. */
  chains: { chains: ChainSummary[] }
  /** Something about the alerts changed: `GET /api/alerts` has it. Once a second at most, without an `id:`. */
  alerts: { firing: number }
  /** All that was stored has been deleted. Comes whatever was asked for, without an `id:`. */
  cleared: Record<string, never>
}

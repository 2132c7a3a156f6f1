import type { DecisionReason } from '@clew/alert'
import { alertSeverities, ruleTypes } from '@clew/alert/words'
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
import { earlyWarning } from './warnings.ts'

const group = any<{ [field: string]: string }>(
  { type: 'object', additionalProperties: { type: 'string' } },
  'The fields that the rule groups by, with their values.',
)

const observation = object({
  type: choice(ruleTypes),
  value: number('What was counted or computed.'),
  limit: number('What the rule allows.'),
  windowMs: number('0 for rules that look at one record.'),
  field: optional(text()),
  seen: optional(text()),
  before: optional(text()),
  metric: optional(text()),
  warning: optional(earlyWarning),
})

/** An alert as it stands: its begin, its reminders and its end are one. */
export const alertRow = object({
  id: text('16 hex digits.'),
  rule: text(),
  severity: choice(alertSeverities),
  state: choice(
    ['firing', 'resolved', 'told', 'withdrawn'],
    '`told`: of one record, so that nobody can say that it is over. `withdrawn`: its rule is no longer in the file.',
  ),
  sinceUnixMs: number('When the condition came to hold.'),
  atUnixMs: number('When it was told last, or ended.'),
  times: count('How often it was told.'),
  group,
  observation,
  lines: list(
    object({
      unixMs: number(),
      severityNumber: count("OTLP's SeverityNumber, 0 to 24."),
      service: text(),
      text: text('With its first fields as `key=value`.'),
      traceId: text('"" when the line belongs to no trace.'),
      spanId: text(),
    }),
    'The last lines that matched, oldest first.',
  ),
  description: text(),
  runbook: text('An address, or "".'),
  silencedUntilUnixMs: nullable(number(), 'null: nothing silences it now.'),
})
export type AlertRow = Static<typeof alertRow>

/** A rule that is in force, and what it did since its state began. */
export const alertRule = object({
  id: text(),
  type: choice(ruleTypes),
  severity: choice(alertSeverities),
  where: text('A search; "" finds everything.'),
  windowMs: number(),
  threshold: nullable(number(), 'null where a rule has none.'),
  groupBy: list(text()),
  description: text(),
  runbook: text(),
  notify: list(text(), 'Names of channels.'),
  firing: count('Alerts that go on.'),
  lastFiredUnixMs: nullable(number()),
  reasons: any<{ [Reason in DecisionReason]?: number }>(
    { type: 'object', additionalProperties: { type: 'integer' } },
    'How often what was decided, such as `fired`, `below`, `cooling`, `late`, `silenced`.',
  ),
})
export type AlertRule = Static<typeof alertRule>

export const alertSilence = object({
  id: text(),
  rule: nullable(text(), 'null: any; `*` in it stands for anything.'),
  severities: list(choice(alertSeverities), 'Empty: any.'),
  group,
  fromUnixMs: number(),
  untilUnixMs: number(),
  isOfFile: flag('It stands in the rule file, and ends by a change of it.'),
})
export type AlertSilence = Static<typeof alertSilence>

/** `GET /api/alerts`: how the rules stand. */
export const alertPage = object({
  file: nullable(
    object({
      path: text(),
      readUnixMs: number(),
      mistakes: list(text(), 'What is wrong with the file as it is now, with place and remedy.'),
    }),
    'null: the desk has no rule file (`--alerts`).',
  ),
  alerts: list(alertRow, 'Those that go on, the worst first; then those that ended, newest first.'),
  rules: list(alertRule),
  silences: list(alertSilence),
  notJudged: count('Lines that were kept but not judged, as too many waited.'),
})
export type AlertPage = Static<typeof alertPage>

/** `GET /api/alerts/explain`: the last decisions, newest first. */
export const alertDecisions = object({
  decisions: list(
    object({
      rule: text(),
      group,
      reason: any<DecisionReason>(
        { type: 'string' },
        'Such as `fired`, `below`, `cooling`, `late`, `silenced`.',
      ),
      unixMs: number('Of the record, or of the moment at which something ended.'),
      value: number(),
      limit: number(),
      alertId: text('Of the alert that it belongs to, or "".'),
    }),
  ),
})
export type AlertDecisions = Static<typeof alertDecisions>

/** Body of `POST /api/alerts/silences`. */
export const newAlertSilence = object({
  rule: text('The id of a rule.'),
  group: optional(group),
  forMs: count('At most 30 days.'),
})
export type NewAlertSilence = Static<typeof newAlertSilence>

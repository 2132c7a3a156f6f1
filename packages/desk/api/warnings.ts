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

const change = object({
  kind: choice(
    ['more', 'fewer', 'silent', 'new', 'higher', 'lower', 'mix'],
    '`more`, `fewer`, `silent`, `new`: of counts; `higher`, `lower`: of a value; `mix`: of what kinds of lines there are.',
  ),
  service: text(),
  of: choice(['template', 'level', 'span', 'queue', 'service'], 'What it is a series of.'),
  id: text('Of a template the id of its pattern, as in `/api/patterns/{id}`; else its name.'),
  name: text("A template's text, a level's name, a span's, a queue's."),
  field: text('Of a value: which one, such as `duration`, `wait`, `attempts` or an attribute; else "".'),
  sinceUnixMs: number(),
  now: number('Records in ten minutes, or the typical value of these ten minutes; of a mix percent.'),
  usual: number('What that usually is by now.'),
  sigmas: number('By how many of its usual variations.'),
})
export type WarningChange = Static<typeof change>

const precedent = object({
  times: count('How often it began like this before.'),
  failures: count('How often a failure followed.'),
  failure: text('The template that most of its errors had.'),
  minutesLater: number('On average.'),
})

/** What an alert of a rule of type `early` tells. */
export const earlyWarning = object({
  id: text('Of the warning.'),
  sinceUnixMs: number('When the first of its changes began.'),
  services: list(text(), 'The one in which it began comes first.'),
  changes: list(change, 'The strongest first; eight at most.'),
  found: count('How many changes there are in all.'),
  sure: number('How sure it is that this is not by chance, from 0.5 to 0.99.'),
  precedent: optional(precedent),
})

const failure = object({
  of: choice(['errors', 'alert'], 'A burst of errors, or an alert of another rule.'),
  unixMs: number(),
  leadMs: number('How long before that the warning was raised; 0: not before it.'),
  service: text(),
  text: text('The template that most of the errors had, or the rule.'),
  alertId: text('Of the alert, or "".'),
})

/** What builds up before a failure, and why it is thought so. */
export const warningRow = object({
  id: text('16 hex digits.'),
  rule: text('Of the rule file, or `desk-early`, which is there without one.'),
  state: choice(
    ['told', 'learning', 'below'],
    '`learning`: it was found before its rule had learnt for as long as it must; `below`: it is less sure than its rule wants. Neither was sent.',
  ),
  unixMs: number('End of the minute in which it was found, by the time of the records.'),
  raisedUnixMs: number(
    'When it was raised: a minute is judged once what comes late had time to come (`late` of the rule).',
  ),
  sinceUnixMs: number('When the first of its changes began.'),
  services: list(text(), 'The one in which it began comes first.'),
  changes: list(change, 'The strongest first; eight at most.'),
  found: count('How many changes there are in all.'),
  sure: number('How sure it is that this is not by chance, from 0.5 to 0.99.'),
  lines: list(
    object({
      unixMs: number(),
      severityNumber: count("OTLP's SeverityNumber, 0 to 24."),
      service: text(),
      text: text('Of a line with its first fields as `key=value`; of a span its name and how long it took.'),
      traceId: text('"" when it belongs to no trace.'),
      spanId: text(),
    }),
    'The three that show it best, those of a trace first.',
  ),
  text: text('All of it in English, a sentence a line.'),
  precedent: nullable(precedent, 'null: it never began like this before.'),
  opinion: nullable(choice(['useful', 'noise']), 'What somebody said of it.'),
  failure: nullable(failure, 'The first that it led to, within two hours; null: none so far.'),
  alert: nullable(
    failure,
    'The first alert of another rule within two hours, which may be the failure itself; null: none so far.',
  ),
})
export type WarningRow = Static<typeof warningRow>

/** `GET /api/warnings`: what builds up, or did. */
export const warningPage = object({
  learning: object({
    isLearning: flag('So long nothing is sent: what is found is shown as still learning.'),
    fromUnixMs: nullable(number(), 'When the first record came; null: none did.'),
    untilUnixMs: nullable(number(), 'When it has learnt for as long as it must; null: nothing came.'),
    series: count('How many series it follows.'),
    leftOut: count('Records and spans whose series did not fit.'),
  }),
  warnings: list(warningRow, 'The newest first.'),
})
export type WarningPage = Static<typeof warningPage>

/** Body of `POST /api/warnings/{id}/opinion`. */
export const newWarningOpinion = object({
  opinion: any<'useful' | 'noise'>(
    { enum: ['useful', 'noise'] },
    '`noise`: what changed is told again once it rises above the height that it had; `useful`: it is told whenever it comes.',
  ),
})
export type NewWarningOpinion = Static<typeof newWarningOpinion>

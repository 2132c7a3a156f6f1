/** How bad an alert is, the mildest first. */
export const alertSeverities = ['info', 'warning', 'error', 'critical'] as const
/** One of {@link alertSeverities}. */
export type AlertSeverity = (typeof alertSeverities)[number]

/** Kinds of rules; what each asks is in docs/reference/alert-rules.md. */
export const ruleTypes = [
  'frequency',
  'any',
  'block-list',
  'allow-list',
  'change',
  'spike',
  'flatline',
  'new-term',
  'cardinality',
  'ratio',
  'aggregate',
  'new-template',
  'early',
] as const
/** One of {@link ruleTypes}. */
export type RuleType = (typeof ruleTypes)[number]

/** A record as an alert shows it. */
export type AlertLine = {
  /** Unix milliseconds. */
  unixMs: number
  /** OTLP's SeverityNumber, 0 to 24. */
  severityNumber: number
  service: string
  /** The record's body, JSON when it is a structure, cut at 4,096 characters; and a few of its attributes as `key=value`. */
  text: string
  /** 32 hex digits, or "". */
  traceId: string
  /** 16 hex digits, or "". */
  spanId: string
}

/** What of a series is not as it was. */
export type ChangeKind = 'more' | 'fewer' | 'silent' | 'new' | 'higher' | 'lower' | 'mix'

/** One thing that changed. */
export type Change = {
  kind: ChangeKind
  service: string
  /** What it is a series of, and the name of that: a template's text, a level's name, a span's, a queue's. */
  of: 'template' | 'level' | 'span' | 'queue' | 'service'
  /** What the series is known by: the id of a template, else its name. */
  id: string
  name: string
  /** Of a value: which one, such as `wait_ms`; else "". */
  field: string
  sinceUnixMs: number
  /** Records in ten minutes, or the typical value of these ten minutes, and what either usually is by now. */
  now: number
  usual: number
  /** By how many of its usual variations. */
  sigmas: number
}

/** What followed when it began like this before. */
export type Precedent = {
  /** How often it began like this, and how often a failure followed. */
  times: number
  failures: number
  /** Of the failures: the template that most errors had, and how many minutes later on average. */
  failure: string
  minutesLater: number
}

/** What builds up, as an alert of a rule of type `early` tells it. JSON. */
export type EarlyWarning = {
  /** 16 hex digits: of the rule, what it began with, and when. */
  id: string
  sinceUnixMs: number
  services: string[]
  /** The strongest first; eight at most. */
  changes: Change[]
  /** How many changes there are in all. */
  found: number
  /** From 0.5 to 0.99. */
  sure: number
  precedent?: Precedent
}

/** What a rule saw when its condition came to hold: numbers and words for a sentence in any language. */
export type Observation = {
  type: RuleType
  /** What was counted or computed: records, a ratio from 0 to 1, distinct values, an average. */
  value: number
  /** What the rule allows. */
  limit: number
  /** Of the window in milliseconds; 0 for rules that look at one record. */
  windowMs: number
  /** Which field the rule looks at, where it looks at one. */
  field?: string
  /** The value of that field, the new term or template, where there is one. */
  seen?: string
  /** Of a change the value before, of a spike the count of the window before. */
  before?: string
  /** Of an aggregate, such as `p95`. */
  metric?: string
  /** Of an early warning: what builds up. */
  warning?: EarlyWarning
}

/** A rule's condition that came to hold, or no longer does. JSON. */
export type Alert = {
  /**
   * 16 hex digits: of the rule, the group and the moment at which the condition came to hold. The same records in the
   * same order give the same ids, wherever they are judged. Reminders and the end of an alert have the id of its begin.
   */
  id: string
  rule: string
  severity: AlertSeverity
  state: 'firing' | 'resolved'
  /** Unix milliseconds, by the records' own time: of the record that completed the condition, or when it ended. */
  atUnixMs: number
  /** When the condition came to hold first; the same as `atUnixMs` unless it is a reminder or resolved. */
  sinceUnixMs: number
  /** How often the rule has told of this since then; 1 the first time. */
  times: number
  /** The fields that the rule groups by, with their values. */
  group: { [field: string]: string }
  observation: Observation
  /** The last records that matched, the oldest first; as many as the rule's `attach` says. */
  lines: AlertLine[]
  /** What people wrote into the rule for those who read the alert. */
  description: string
  /** An address for those who do not know what to do, or "". */
  runbook: string
  /** Names of channels, in the order of the rule. */
  notify: string[]
}

/** What was decided about a record or a group of them, and why. */
export type DecisionReason =
  /** The condition came to hold: an alert. */
  | 'fired'
  /** It matches, and the condition does not hold. */
  | 'below'
  /** The condition holds, and the last alert is not long enough ago. */
  | 'cooling'
  /** The condition no longer holds: the alert is over. */
  | 'resolved'
  /** Older than what the rule still waits for; not counted. */
  | 'late'
  /** Its time is further in the future than clocks may differ; counted at the time at which it came. */
  | 'future'
  /** The rule still learns what is usual. */
  | 'learning'
  /** The record does not have the field that the rule looks at. */
  | 'no field'
  /** More groups than the rule may have; not counted. */
  | 'too many groups'
  /** The alert is not sent: somebody silenced it. */
  | 'silenced'
  /** The alert is not sent while another one fires. */
  | 'inhibited'
  /** The alert is not sent at this time of the week. */
  | 'off schedule'

/** A decision as `explain` keeps it. */
export type Decision = {
  rule: string
  group: { [field: string]: string }
  reason: DecisionReason
  /** Of the record, or of the moment at which something ended. */
  unixMs: number
  /** What was counted or computed then, and the rule's limit. */
  value: number
  limit: number
  /** Of the alert that it belongs to, or "". */
  alertId: string
}

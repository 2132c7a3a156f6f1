import type { Alert, AlertSeverity, Observation, RuleType } from '../alert.ts'
import { lengthInWords } from './times.ts'
import { warningWords } from './warning-words.ts'

// With this file alone come words and no code that runs rules: pages load it.
export { alertSeverities, ruleTypes } from '../alert.ts'
export { type WarningWords, warningWords } from './warning-words.ts'

/** In which language the words of a message are. */
export const languages = ['en', 'zh'] as const
/** One of {@link languages}. */
export type Language = (typeof languages)[number]

/** The words around what the log says. */
export type Words = {
  severity: Readonly<Record<AlertSeverity, string>>
  resolved: string
  lasted(ms: number): string
  reminder(times: number, since: string): string
  observed: Readonly<Record<RuleType, (seen: Observation) => string>>
  /** Of a digest. */
  several(count: number, resolved: number): string
  tally(severity: string, count: number): string
  comma: string
  more(count: number): string
  earlierLines(count: number): string
  runbook: string
  openDesk: string
  alert: string
}

/** What messages are made of: `words.en.observed[type](observation)`. Texts of the log in it are as they came. */
export const words: Readonly<Record<Language, Words>> = {
  en: {
    severity: { info: 'info', warning: 'warning', error: 'error', critical: 'critical' },
    resolved: 'resolved',
    lasted: (ms) => `it lasted ${lengthInWords(ms)}`,
    reminder: (times, since) => `reminder ${times - 1}, firing since ${since}`,
    observed: {
      frequency: (seen) => `${count(seen)} ${records(seen)}${within(seen)} (limit ${number(seen.limit)})`,
      any: () => 'a record matched',
      'block-list': (seen) => `${field(seen)} is "${seen.seen}", which is on the block list`,
      'allow-list': (seen) => `${field(seen)} is "${seen.seen}", which is not on the allow list`,
      change: (seen) => `${field(seen)} changed from "${seen.before}" to "${seen.seen}"`,
      spike: (seen) =>
        `${count(seen)} ${records(seen)}${within(seen)}, ${seen.before ?? 0} in the window before (limit ${number(seen.limit)})`,
      flatline: (seen) =>
        `only ${count(seen)} ${records(seen)}${within(seen)}, at least ${number(seen.limit)} expected`,
      'new-term': (seen) => `${field(seen)} has a new value: "${seen.seen}"`,
      cardinality: (seen) =>
        `${count(seen)} different values of ${field(seen)}${within(seen)} (limit ${number(seen.limit)})`,
      ratio: (seen) =>
        `${percent(seen.value)} of ${seen.before ?? 'the'} records${within(seen)} (limit ${percent(seen.limit)})`,
      aggregate: (seen) =>
        `${seen.metric} of ${field(seen)} is ${count(seen)}${within(seen)} (limit ${number(seen.limit)})`,
      'new-template': (seen) => `a kind of line that was never seen before: ${seen.seen}`,
      early: ({ warning }) => (warning ? warningWords.en.head(warning) : 'something builds up'),
    },
    several: (count, resolved) => `${count} alerts${resolved > 0 ? `, ${resolved} of them resolved` : ''}`,
    tally: (severity, count) => `${count} ${severity}`,
    comma: ', ',
    more: (count) => `and ${count} more`,
    earlierLines: (count) => `${count} earlier ${count === 1 ? 'line' : 'lines'} left out`,
    runbook: 'Runbook',
    openDesk: 'Open chain',
    alert: 'alert',
  },
  zh: {
    severity: { info: '提示', warning: '警告', error: '错误', critical: '严重' },
    resolved: '已恢复',
    lasted: (ms) => `持续 ${lengthInWords(ms, 'zh')}`,
    reminder: (times, since) => `第 ${times - 1} 次提醒，自 ${since} 起持续触发`,
    observed: {
      frequency: (seen) => `${windowZh(seen)}${count(seen)} 条日志（阈值 ${number(seen.limit)}）`,
      any: () => '出现匹配的日志',
      'block-list': (seen) => `${field(seen)} 为“${seen.seen}”，在黑名单中`,
      'allow-list': (seen) => `${field(seen)} 为“${seen.seen}”，不在白名单中`,
      change: (seen) => `${field(seen)} 由“${seen.before}”变为“${seen.seen}”`,
      spike: (seen) =>
        `${windowZh(seen)}${count(seen)} 条日志，上一窗口 ${seen.before ?? 0} 条（阈值 ${number(seen.limit)}）`,
      flatline: (seen) =>
        `${windowZh(seen).trimEnd()}仅 ${count(seen)} 条日志，预期至少 ${number(seen.limit)} 条`,
      'new-term': (seen) => `${field(seen)} 出现新值“${seen.seen}”`,
      cardinality: (seen) =>
        `${windowZh(seen)}${field(seen)} 有 ${count(seen)} 个不同的值（阈值 ${number(seen.limit)}）`,
      ratio: (seen) =>
        `${windowZh(seen)}${seen.before ?? ''} 条日志中占 ${percent(seen.value)}（阈值 ${percent(seen.limit)}）`,
      aggregate: (seen) =>
        `${windowZh(seen)}${field(seen)} 的 ${seen.metric} 为 ${count(seen)}（阈值 ${number(seen.limit)}）`,
      'new-template': (seen) => `出现从未见过的日志类型：${seen.seen}`,
      early: ({ warning }) => (warning ? warningWords.zh.head(warning) : '有异常正在积累'),
    },
    several: (count, resolved) => `${count} 条告警${resolved > 0 ? `，其中 ${resolved} 条已恢复` : ''}`,
    tally: (severity, count) => `${severity} ${count} 条`,
    comma: '，',
    more: (count) => `另有 ${count} 条`,
    earlierLines: (count) => `省略更早的 ${count} 行`,
    runbook: '处理手册',
    openDesk: '查看调用链',
    alert: '告警',
  },
}

/** A coloured mark that is seen before it is read. */
export function markOf(alert: Pick<Alert, 'state' | 'severity'>): string {
  return alert.state === 'resolved'
    ? '✅'
    : { critical: '🔴', error: '🟠', warning: '🟡', info: '🔵' }[alert.severity]
}

function count({ value }: Observation): string {
  return number(value)
}

function records({ value }: Observation): string {
  return value === 1 ? 'record' : 'records'
}

function within({ windowMs }: Observation): string {
  return windowMs > 0 ? ` in ${lengthInWords(windowMs)}` : ''
}

function windowZh({ windowMs }: Observation): string {
  return windowMs > 0 ? `${lengthInWords(windowMs, 'zh')}内 ` : ''
}

function field(seen: Observation): string {
  return seen.field ?? '?'
}

function percent(ratio: number): string {
  return `${number(ratio * 100)} %`
}

/** Three digits behind the point at most. */
function number(value: number): string {
  return String(Math.round(value * 1_000) / 1_000)
}

/** What a rule saw, as a sentence without its end: `3 records within 5m (limit 3)`. */
export function describeObservation(observation: Observation, language: Language = 'en'): string {
  return words[language].observed[observation.type](observation)
}

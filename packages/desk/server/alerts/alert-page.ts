import {
  type Alert,
  type AlertsFile,
  alertSeverities,
  endsByItself,
  type Silence,
  silenceOf,
} from '@clew/alert'
import { printSearch } from '@clew/search'
import type { AlertPage, AlertRow, AlertRule, AlertSilence } from '../../api/index.ts'
import type { ReadRules } from './rule-file.ts'

type Rule = AlertsFile['rules'][number]

/** What a page is made of; `history` is what was told, newest first. */
export type PageParts = {
  path: string
  read: ReadRules
  history: readonly Alert[]
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** Made in the desk. */
  silences: readonly Silence[]
  nowMs: number
}

/** How the rules of a file stand. */
export function alertPageOf({
  path,
  read,
  history,
  counts,
  silences,
  nowMs,
}: PageParts): Omit<AlertPage, 'notJudged'> {
  const { rules, policy } = read.file
  const all = [...policy.silences, ...silences].filter(({ untilUnixMs }) => untilUnixMs > nowMs)
  const alerts = rowsOf(history, rules).map((row) => ({
    ...row,
    silencedUntilUnixMs: silenceOf(all, row, nowMs)?.untilUnixMs ?? null,
  }))
  return {
    file: { path, readUnixMs: read.readUnixMs, mistakes: read.mistakes },
    alerts: alerts.toSorted(byUrgency),
    rules: rules.map((rule) => ruleRowOf(rule, alerts, counts.get(rule.id))),
    silences: all.map((silence) => silenceRowOf(silence, !silences.includes(silence))),
  }
}

/** How many alerts go on. */
export function firingOf(history: readonly Alert[], rules: readonly Rule[]): number {
  return rowsOf(history, rules).filter(({ state }) => state === 'firing').length
}

/** One row for all that was told of an alert. */
function rowsOf(history: readonly Alert[], rules: readonly Rule[]): Omit<AlertRow, 'silencedUntilUnixMs'>[] {
  const ends = new Map(rules.map((rule) => [rule.id, endsByItself(rule)]))
  const newest = new Map<string, Alert>()
  for (const alert of history) if (!newest.has(alert.id)) newest.set(alert.id, alert)
  return [...newest.values()].map(({ notify: _, state, ...alert }) => {
    const isEnding = ends.get(alert.rule)
    const goesOn = isEnding === undefined ? 'withdrawn' : isEnding ? 'firing' : 'told'
    return { ...alert, state: state === 'resolved' ? 'resolved' : goesOn }
  })
}

function byUrgency(one: AlertRow, other: AlertRow): number {
  return rank(one) - rank(other) || other.atUnixMs - one.atUnixMs
}

/** What goes on comes before what ended, and of that the worst first. */
function rank({ state, severity }: AlertRow): number {
  return state === 'firing' ? -alertSeverities.indexOf(severity) : alertSeverities.length
}

function ruleRowOf(
  rule: Rule,
  alerts: readonly AlertRow[],
  counts: ReadonlyMap<string, number> | undefined,
): AlertRule {
  const own = alerts.filter((alert) => alert.rule === rule.id)
  const { id, type, severity, windowMs, groupBy, description, runbook, notify } = rule
  return {
    ...{ id, type, severity, windowMs, description, runbook },
    where: printSearch(rule.where),
    threshold: 'threshold' in rule ? rule.threshold : null,
    groupBy: [...groupBy],
    notify: [...notify],
    firing: own.filter(({ state }) => state === 'firing').length,
    lastFiredUnixMs: own.reduce<number | null>((last, alert) => Math.max(last ?? 0, firedAt(alert)), null),
    reasons: Object.fromEntries(counts ?? []),
  }
}

function firedAt({ state, sinceUnixMs, atUnixMs }: AlertRow): number {
  return state === 'resolved' ? sinceUnixMs : atUnixMs
}

/** A silence as the API tells it. */
export function silenceRowOf(
  { id, match, fromUnixMs, untilUnixMs }: Silence,
  isOfFile: boolean,
): AlertSilence {
  return {
    ...{ id, fromUnixMs, untilUnixMs, isOfFile },
    rule: match.rule ?? null,
    severities: [...(match.severity ?? [])],
    group: { ...match.group },
  }
}

import type { Alert, AlertSeverity, DecisionReason } from '../alert.ts'
import type { Grouping } from './grouping.ts'
import { isWithin, type WeekTime } from './week-time.ts'

/** Which alerts are meant; what is left away says nothing, and all that is given must hold. */
export type Matcher = {
  /** The rule's id; `*` stands for anything. */
  rule?: string | undefined
  severity?: readonly AlertSeverity[] | undefined
  /** Values of the fields that the rule groups by; `*` stands for anything. */
  group?: Readonly<Record<string, string>> | undefined
}

/** Somebody does not want to hear of these for a while. */
export type Silence = { id: string; match: Matcher; fromUnixMs: number; untilUnixMs: number }

/** Times of the week at which these alerts are not sent. */
export type Mute = { name: string; match: Matcher; times: readonly WeekTime[] }

/** While an alert of `source` fires, none of `target` is sent whose fields `equal` have the same values. */
export type Inhibition = { source: Matcher; target: Matcher; equal: readonly string[] }

/** What is held back before it comes to a channel. */
export type Policy = {
  silences: readonly Silence[]
  mutes: readonly Mute[]
  inhibitions: readonly Inhibition[]
  /** Undefined: each alert is sent at once. */
  grouping?: Grouping | undefined
}

/** Nothing is held back. */
export const openPolicy: Policy = { silences: [], mutes: [], inhibitions: [] }

/** What an inhibition needs to know of an alert that fires. */
export type Firing = Pick<Alert, 'id' | 'rule' | 'severity' | 'group'>

/** What becomes of an alert, and by what: the silence's id, the mute's name, the id of the alert that inhibits. */
export type Verdict = {
  reason: Extract<DecisionReason, 'fired' | 'resolved' | 'silenced' | 'inhibited' | 'off schedule'>
  by: string
}

/** Whether an alert is sent. `firing`: the alerts that fire now, as far as they are known. */
export function judge(policy: Policy, alert: Alert, nowMs: number, firing: Iterable<Firing>): Verdict {
  const silence = silenceOf(policy.silences, alert, nowMs)
  if (silence) return { reason: 'silenced', by: silence.id }
  const mute = policy.mutes.find(
    ({ match, times }) => matches(match, alert) && times.some((time) => isWithin(time, nowMs)),
  )
  if (mute) return { reason: 'off schedule', by: mute.name }
  const source = inhibitorOf(policy.inhibitions, alert, firing)
  if (source) return { reason: 'inhibited', by: source.id }
  return { reason: alert.state === 'resolved' ? 'resolved' : 'fired', by: '' }
}

/** The first of the silences that holds an alert back at that moment; undefined when none does. */
export function silenceOf(
  silences: readonly Silence[],
  alert: Omit<Firing, 'id'>,
  nowMs: number,
): Silence | undefined {
  return silences.find(
    ({ match, fromUnixMs, untilUnixMs }) =>
      fromUnixMs <= nowMs && nowMs < untilUnixMs && matches(match, alert),
  )
}

function inhibitorOf(
  inhibitions: readonly Inhibition[],
  alert: Alert,
  firing: Iterable<Firing>,
): Firing | undefined {
  const meant = inhibitions.filter(({ target }) => matches(target, alert))
  if (meant.length === 0) return undefined
  for (const other of firing) {
    // An alert that is its own source would never be sent.
    if (other.id === alert.id || (other.rule === alert.rule && sameGroup(other, alert))) continue
    const inhibits = ({ source, equal }: Inhibition): boolean =>
      matches(source, other) && equal.every((field) => other.group[field] === alert.group[field])
    if (meant.some(inhibits)) return other
  }
  return undefined
}

function sameGroup(one: Firing, other: Firing): boolean {
  const fields = Object.keys(one.group)
  return (
    fields.length === Object.keys(other.group).length &&
    fields.every((field) => one.group[field] === other.group[field])
  )
}

/** Whether an alert is meant. */
function matches({ rule, severity, group = {} }: Matcher, alert: Omit<Firing, 'id'>): boolean {
  return (
    (rule === undefined || likeness(rule, alert.rule)) &&
    (severity === undefined || severity.includes(alert.severity)) &&
    Object.entries(group).every(([field, pattern]) => {
      const value = Object.hasOwn(alert.group, field) ? alert.group[field] : undefined
      return value !== undefined && likeness(pattern, value)
    })
  )
}

/** `pay*-slow` is like `payment-slow`. Takes time in proportion to both lengths at most. */
function likeness(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === text
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

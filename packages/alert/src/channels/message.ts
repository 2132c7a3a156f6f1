import { type Alert, type AlertSeverity, alertSeverities } from '../alert.ts'
import type { Notice, RenderContext } from './channel.ts'
import { type CleanAlert, cleanAlert, type MessageLine } from './clean-alert.ts'
import { cleanText, cutBytes } from './clean-text.ts'
import { type Detail, fitDetail, mostEntries } from './detail.ts'
import { spanIn, timeIn } from './times.ts'
import { warningFacts, warningWords } from './warning-words.ts'
import { type Language, markOf, type Words, words } from './words.ts'

/** A link whose text is ours; `url` is http or https. */
export type Link = { text: string; url: string }

/**
 * A notice in words, before any markup. All text is one line each, cleaned and cut; it still has to be escaped for the
 * markup into which it is put.
 */
export type Message = {
  severity: AlertSeverity
  isResolved: boolean
  /** 🔴, so that it is seen before it is read. */
  mark: string
  /** `critical`, `resolved`; of a digest "". */
  tag: string
  /** The rule, or how many alerts. */
  title: string
  /** The head in sentences: the group, what was observed, from when to when. */
  facts: string[]
  /** What people wrote into the rule; may have several lines. */
  description: string
  lines: MessageLine[]
  /** Of a digest: one entry for each alert that is shown. */
  entries: { text: string; link?: Link | undefined }[]
  /** What was left away, or "". */
  omitted: string
  links: Link[]
  /** `alert a1b2c3d4e5f60718` */
  closing: string
}

/** What a channel's configuration says about its messages. */
export type Style = { language: Language; timeZone: string }

/** The words of a notice, with as much detail as is asked for; text of the log is cleaned once. */
export function createComposer(
  notice: Notice,
  style: Style,
  context: RenderContext,
): (detail: Detail) => Message {
  const [first] = notice.alerts
  if (notice.alerts.length > 1 || !first) return digestComposer(notice.alerts, style, context)
  const alert = cleanAlert(first, style, context)
  const trouble = notice.trouble === undefined ? undefined : cleanText(notice.trouble)
  return (detail) => single(alert, trouble, style, detail)
}

function single(alert: CleanAlert, trouble: string | undefined, style: Style, detail: Detail): Message {
  const lexicon = words[style.language]
  const lines = detail.lines === 0 ? [] : alert.lines.slice(-detail.lines)
  const dropped = alert.lineCount - lines.length
  const hasRunbook = alert.runbook !== '' && alert.runbook.length <= Math.max(200, detail.wordBytes)
  return {
    ...kindOf(alert),
    tag: tagOf(alert, lexicon),
    title: ruleOf(alert, detail),
    facts: factsOf(alert, trouble, style, detail),
    description: detail.wordBytes < 100 ? '' : cutBytes(alert.description, detail.wordBytes),
    lines: lines.map((line) => ({ ...line, text: cutBytes(line.text, detail.lineBytes) })),
    entries: [],
    omitted: dropped > 0 ? lexicon.earlierLines(dropped) : '',
    links: hasRunbook ? [{ text: lexicon.runbook, url: alert.runbook }] : [],
    closing: `${lexicon.alert} ${cutBytes(alert.id, 32)}`,
  }
}

function digestComposer(
  alerts: readonly Alert[],
  style: Style,
  context: RenderContext,
): (detail: Detail) => Message {
  const lexicon = words[style.language]
  // The worst first; of equals the oldest.
  const ranked = alerts.toSorted((one, other) => rank(one) - rank(other)).slice(0, mostEntries)
  const shown = ranked.map((alert) => cleanAlert(alert, style, context))
  const resolved = alerts.filter(({ state }) => state === 'resolved').length
  const head = {
    ...kindOf(shown[0]!),
    ...{
      tag: '',
      title: lexicon.several(alerts.length, resolved),
      facts: digestFacts(alerts, style, lexicon),
    },
    ...{ description: '', lines: [], links: [], closing: '' },
  }
  return (detail) => ({
    ...head,
    entries: shown.slice(0, detail.entries).map((alert) => entryOf(alert, style, detail)),
    omitted: alerts.length > detail.entries ? lexicon.more(alerts.length - detail.entries) : '',
  })
}

/** How many of each severity fire, the worst first, and from when to when. */
function digestFacts(alerts: readonly Alert[], { timeZone }: Style, lexicon: Words): string[] {
  const firing = alerts.filter(({ state }) => state === 'firing')
  const tally = alertSeverities
    .toReversed()
    .map((severity) => ({ severity, count: firing.filter((alert) => alert.severity === severity).length }))
    .filter(({ count }) => count > 0)
  const times = alerts.map(({ atUnixMs }) => atUnixMs)
  const [from, to] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
  const counts = tally.map(({ severity, count }) => lexicon.tally(lexicon.severity[severity], count))
  return [counts.join(lexicon.comma), spanIn(timeZone, from, to)].filter((fact) => fact !== '')
}

function rank({ state, severity }: Alert): number {
  return state === 'resolved' ? 9 : ['critical', 'error', 'warning', 'info'].indexOf(severity)
}

function kindOf(alert: CleanAlert): Pick<Message, 'severity' | 'isResolved' | 'mark'> {
  return { severity: alert.severity, isResolved: alert.state === 'resolved', mark: markOf(alert) }
}

function tagOf({ state, severity }: CleanAlert, lexicon: Words): string {
  return state === 'resolved' ? lexicon.resolved : lexicon.severity[severity]
}

function ruleOf({ rule }: CleanAlert, detail: Detail): string {
  return cutBytes(rule, Math.min(128, detail.wordBytes))
}

/** `[critical] payment-failed-500 · service=checkout · 3 records in 5m`, for what is read aloud or by machines. */
export function summaryOf(message: Message): string {
  return [headlineOf({ ...message, mark: '' }).trim(), ...message.facts].join(' · ')
}

/** `🔴 [critical] payment-failed-500`. Of it only the title is somebody's text. */
export function headlineOf(
  { mark, tag, title }: Message,
  escapeTitle = (text: string): string => text,
): string {
  return `${mark} ${tag === '' ? '' : `[${tag}] `}${escapeTitle(title)}`
}

function factsOf(alert: CleanAlert, trouble: string | undefined, style: Style, detail: Detail): string[] {
  const lexicon = words[style.language]
  const { time, day } = timeIn(style.timeZone, alert.sinceUnixMs)
  const firstMs = Math.min(alert.atUnixMs, alert.firstUnixMs)
  const isResolved = alert.state === 'resolved'
  return [
    groupOf(alert, detail),
    trouble === undefined ? observationOf(alert, lexicon, detail) : cutBytes(trouble, detail.wordBytes),
    ...(trouble === undefined ? warningOf(alert, style, detail) : []),
    isResolved ? lexicon.lasted(alert.atUnixMs - alert.sinceUnixMs) : '',
    spanIn(style.timeZone, isResolved ? alert.sinceUnixMs : firstMs, alert.atUnixMs),
    !isResolved && alert.times > 1 ? lexicon.reminder(alert.times, `${day} ${time.slice(0, 8)}`) : '',
  ].filter((fact) => fact !== '')
}

function observationOf({ observation }: CleanAlert, lexicon: Words, detail: Detail): string {
  const short = (text: string | undefined): string => cutBytes(text ?? '', detail.wordBytes)
  const { field, seen, before, metric, warning } = observation
  return lexicon.observed[observation.type]({
    ...observation,
    ...(field !== undefined && { field: short(field) }),
    ...(seen !== undefined && { seen: short(seen) }),
    ...(before !== undefined && { before: short(before) }),
    ...(metric !== undefined && { metric: short(metric) }),
    ...(warning && { warning: { ...warning, services: warning.services.map(short) } }),
  })
}

/** Of an early warning: what changed. */
function warningOf({ observation }: CleanAlert, style: Style, detail: Detail): string[] {
  const { warning } = observation
  if (warning === undefined || detail.wordBytes < 100) return []
  const facts = warningFacts(warning, warningWords[style.language], style.timeZone)
  return facts.map((fact) => cutBytes(fact, detail.wordBytes))
}

function groupOf({ group }: CleanAlert, detail: Detail): string {
  const most = detail.wordBytes < 100 ? 2 : 8
  return Object.entries(group)
    .slice(0, most)
    .map(([field, value]) => `${cutBytes(field, 64)}=${cutBytes(value, Math.min(200, detail.wordBytes))}`)
    .join(' · ')
}

function entryOf(alert: CleanAlert, style: Style, detail: Detail): Message['entries'][number] {
  const lexicon = words[style.language]
  const { time } = timeIn(style.timeZone, alert.atUnixMs)
  const short = { ...detail, wordBytes: Math.min(96, detail.wordBytes) }
  const url = alert.lines.at(-1)?.url ?? ''
  const parts = [
    `${time.slice(0, 8)} ${markOf(alert)} ${tagOf(alert, lexicon)} ${ruleOf(alert, short)}`,
    groupOf(alert, short),
    alert.state === 'resolved'
      ? lexicon.lasted(alert.atUnixMs - alert.sinceUnixMs)
      : observationOf(alert, lexicon, short),
  ]
  return {
    text: parts.filter((part) => part !== '').join(' · '),
    link: url === '' ? undefined : { text: lexicon.openDesk, url },
  }
}

/** Whom a message mentions: the end of an alert wakes nobody. */
export function mentionedBy({ alerts }: Notice, mention: readonly string[]): readonly string[] {
  return alerts.some(({ state }) => state === 'firing') ? mention : []
}

/** The fullest of what `build` makes of a notice in words that is not larger than `most`. */
export function fitMessage<T>(
  notice: Notice,
  style: Style,
  context: RenderContext,
  build: (message: Message) => T,
  measure: (built: T) => number,
  most: number,
): T {
  const compose = createComposer(notice, style, context)
  return fitDetail((detail) => build(compose(detail)), measure, most, context)
}

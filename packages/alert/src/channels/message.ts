import { severityName } from '@clew/otlp/severity'
import type { Alert, AlertLine, AlertSeverity } from '../alert.ts'
import type { Notice, RenderContext } from './channel.ts'
import { cleanText, cleanWords, cutBytes } from './clean-text.ts'
import type { Detail } from './detail.ts'
import { spanIn, timeIn } from './times.ts'
import { type Language, markOf, type Words, words } from './words.ts'

/** A link whose text is ours; `url` is http or https. */
export type Link = { text: string; url: string }

/** A line of the log: when and how bad, what it says, and its chain. */
export type MessageLine = { head: string; text: string; traceId: string; url: string }

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

/** The words of a notice, with so much detail. */
export function composeMessage(
  notice: Notice,
  style: Style,
  context: RenderContext,
  detail: Detail,
): Message {
  const [first] = notice.alerts
  return notice.alerts.length === 1 && first
    ? single(first, notice.trouble, style, context, detail)
    : digest(notice.alerts, style, context, detail)
}

function single(
  alert: Alert,
  trouble: string | undefined,
  style: Style,
  context: RenderContext,
  detail: Detail,
): Message {
  const lexicon = words[style.language]
  const lines = detail.lines === 0 ? [] : alert.lines.slice(-detail.lines)
  const dropped = alert.lines.length - lines.length
  const hasRunbook = isLink(alert.runbook, detail)
  return {
    ...kindOf(alert),
    tag: tagOf(alert, lexicon),
    title: ruleOf(alert, detail),
    facts: factsOf(alert, trouble, style, detail),
    description: detail.wordBytes < 100 ? '' : cutBytes(cleanWords(alert.description), detail.wordBytes),
    lines: lines.map((line) => lineOf(line, alert, style, context, detail)),
    entries: [],
    omitted: dropped > 0 ? lexicon.earlierLines(dropped) : '',
    links: hasRunbook ? [{ text: lexicon.runbook, url: new URL(alert.runbook).href }] : [],
    closing: `${lexicon.alert} ${cutBytes(cleanText(alert.id), 32)}`,
  }
}

function digest(alerts: readonly Alert[], style: Style, context: RenderContext, detail: Detail): Message {
  const lexicon = words[style.language]
  // The worst first; of equals the oldest.
  const ranked = [...alerts].sort((one, other) => rank(one) - rank(other))
  const shown = ranked.slice(0, detail.entries)
  const times = alerts.map(({ atUnixMs }) => atUnixMs)
  const resolved = alerts.filter(({ state }) => state === 'resolved').length
  const worst = kindOf(ranked[0]!)
  const tally = Object.entries(lexicon.severity)
    .map(([severity, word]) => [word, alerts.filter((alert) => alert.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .toReversed()
  return {
    ...worst,
    tag: '',
    title: lexicon.several(alerts.length, resolved),
    facts: [
      tally.map(([word, count]) => `${count} ${word}`).join(', '),
      spanIn(
        style.timeZone,
        times.reduce((a, b) => Math.min(a, b)),
        times.reduce((a, b) => Math.max(a, b)),
      ),
    ],
    description: '',
    lines: [],
    entries: shown.map((alert) => entryOf(alert, style, context, detail)),
    omitted: alerts.length > shown.length ? lexicon.more(alerts.length - shown.length) : '',
    links: [],
    closing: '',
  }
}

function rank({ state, severity }: Alert): number {
  return state === 'resolved' ? 9 : ['critical', 'error', 'warning', 'info'].indexOf(severity)
}

function kindOf(alert: Alert): Pick<Message, 'severity' | 'isResolved' | 'mark'> {
  return { severity: alert.severity, isResolved: alert.state === 'resolved', mark: markOf(alert) }
}

function tagOf({ state, severity }: Alert, lexicon: Words): string {
  return state === 'resolved' ? lexicon.resolved : lexicon.severity[severity]
}

function ruleOf({ rule }: Alert, detail: Detail): string {
  return cutBytes(cleanText(rule), Math.min(128, detail.wordBytes))
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

function factsOf(alert: Alert, trouble: string | undefined, style: Style, detail: Detail): string[] {
  const lexicon = words[style.language]
  const { time, day } = timeIn(style.timeZone, alert.sinceUnixMs)
  const firstMs = Math.min(alert.atUnixMs, alert.lines[0]?.unixMs ?? alert.atUnixMs)
  const isResolved = alert.state === 'resolved'
  return [
    groupOf(alert, detail),
    trouble === undefined
      ? observationOf(alert, lexicon, detail)
      : cutBytes(cleanText(trouble), detail.wordBytes),
    isResolved ? lexicon.lasted(alert.atUnixMs - alert.sinceUnixMs) : '',
    spanIn(style.timeZone, isResolved ? alert.sinceUnixMs : firstMs, alert.atUnixMs),
    !isResolved && alert.times > 1 ? lexicon.reminder(alert.times, `${day} ${time.slice(0, 8)}`) : '',
  ].filter((fact) => fact !== '')
}

function observationOf({ observation }: Alert, lexicon: Words, detail: Detail): string {
  const short = (text: string | undefined): string => cutBytes(cleanText(text ?? ''), detail.wordBytes)
  const { field, seen, before, metric } = observation
  return lexicon.observed[observation.type]({
    ...observation,
    ...(field !== undefined && { field: short(field) }),
    ...(seen !== undefined && { seen: short(seen) }),
    ...(before !== undefined && { before: short(before) }),
    ...(metric !== undefined && { metric: short(metric) }),
  })
}

function groupOf({ group }: Alert, detail: Detail): string {
  const most = detail.wordBytes < 100 ? 2 : 8
  return Object.entries(group)
    .slice(0, most)
    .map(
      ([field, value]) =>
        `${cutBytes(cleanText(field), 64)}=${cutBytes(cleanText(value), Math.min(200, detail.wordBytes))}`,
    )
    .join(' · ')
}

function lineOf(
  line: AlertLine,
  { group }: Alert,
  style: Style,
  { desk }: RenderContext,
  detail: Detail,
): MessageLine {
  const traceId = traceIdOf(line)
  // The head says it where it is of the group.
  const service = Object.values(group).includes(line.service) ? '' : cutBytes(cleanText(line.service), 64)
  return {
    head: [timeIn(style.timeZone, line.unixMs).time, severityName(line.severityNumber), service]
      .filter(Boolean)
      .join(' '),
    text: cutBytes(cleanText(line.text), detail.lineBytes),
    traceId,
    url: chainUrl(desk, traceId),
  }
}

function entryOf(
  alert: Alert,
  style: Style,
  { desk }: RenderContext,
  detail: Detail,
): Message['entries'][number] {
  const lexicon = words[style.language]
  const { time } = timeIn(style.timeZone, alert.atUnixMs)
  const short = { ...detail, wordBytes: Math.min(96, detail.wordBytes) }
  const url = chainUrl(desk, traceIdOf(alert.lines.at(-1)))
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

function traceIdOf(line: AlertLine | undefined): string {
  return line && isTraceId(line.traceId) ? line.traceId : ''
}

/** The address of a chain in the desk, or "" when there is no desk, or no trace id. */
export function chainUrl(desk: string | undefined, traceId: string): string {
  return desk === undefined || !isTraceId(traceId) ? '' : `${desk.replace(/\/+$/, '')}/t/${traceId}`
}

function isTraceId(text: string): boolean {
  return /^[\da-f]{32}$/.test(text)
}

function isLink(text: string, detail: Detail): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.href.length <= Math.max(200, detail.wordBytes)
}

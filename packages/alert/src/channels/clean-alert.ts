import { severityName } from '@clew/otlp/severity'
import type { Alert, AlertLine, EarlyWarning } from '../alert.ts'
import type { RenderContext } from './channel.ts'
import { cleanText, cleanWords } from './clean-text.ts'
import { mostLines } from './detail.ts'
import { timeIn } from './times.ts'

/** A line of the log: when and how bad, what it says, and its chain. */
export type MessageLine = { head: string; text: string; traceId: string; url: string }

/** An alert whose text is one line each with nothing invisible in it, not cut yet. */
export type CleanAlert = Omit<Alert, 'lines'> & {
  /** The last ones, as many as are ever shown. */
  lines: MessageLine[]
  lineCount: number
  firstUnixMs: number
}

// No message shows more of a word; what is behind need not be looked at.
const mostUnits = 16_384

export function cleanAlert(
  alert: Alert,
  { timeZone }: { timeZone: string },
  { desk }: RenderContext,
): CleanAlert {
  const { observation, group } = alert
  const texts = Object.entries(observation).map(([name, value]) => [
    name,
    typeof value === 'string' && name !== 'type' ? clean(value) : value,
  ])
  const services = Object.values(group)
  return {
    ...alert,
    id: clean(alert.id),
    rule: clean(alert.rule),
    group: Object.fromEntries(Object.entries(group).map(([field, value]) => [clean(field), clean(value)])),
    observation: {
      ...(Object.fromEntries(texts) as Alert['observation']),
      ...(observation.warning && { warning: withTexts(observation.warning, clean) }),
    },
    description: cleanWords(alert.description.slice(0, mostUnits)),
    runbook: linkOf(alert.runbook),
    lines: alert.lines.slice(-mostLines).map((line) => cleanLine(line, services, timeZone, desk)),
    lineCount: alert.lines.length,
    firstUnixMs: alert.lines[0]?.unixMs ?? alert.atUnixMs,
  }
}

function cleanLine(
  line: AlertLine,
  services: readonly string[],
  timeZone: string,
  desk: string | undefined,
): MessageLine {
  // The head of the message says it where it is of the group.
  const service = services.includes(line.service) ? '' : clean(line.service.slice(0, 64))
  const { time } = timeIn(timeZone, line.unixMs)
  return {
    head: [time, severityName(line.severityNumber), service].filter(Boolean).join(' '),
    text: clean(line.text),
    traceId: isTraceId(line.traceId) ? line.traceId : '',
    url: chainUrl(desk, line.traceId),
  }
}

function clean(text: string): string {
  return cleanText(text.slice(0, mostUnits))
}

/** The same warning with all text that comes from the log, or a name in it, made anew. */
function withTexts(warning: EarlyWarning, anew: (text: string) => string): EarlyWarning {
  const { precedent } = warning
  return {
    ...warning,
    services: warning.services.map(anew),
    changes: warning.changes.map((change) => ({
      ...change,
      service: anew(change.service),
      name: anew(change.name),
      field: anew(change.field),
    })),
    ...(precedent && { precedent: { ...precedent, failure: anew(precedent.failure) } }),
  }
}

/** The address of a chain in the desk, or "" when there is no desk, or no trace id. */
export function chainUrl(desk: string | undefined, traceId: string): string {
  return desk === undefined || !isTraceId(traceId) ? '' : `${desk.replace(/\/+$/, '')}/t/${traceId}`
}

function isTraceId(text: string): boolean {
  return /^[\da-f]{32}$/.test(text)
}

/** An address that may be opened, or "". */
function linkOf(text: string): string {
  const url = URL.parse(text.slice(0, mostUnits))
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : ''
}

/** The same alert without what must not be told: `redact` gets all text that comes from the log. */
export function redactAlert(alert: Alert, redact: (text: string) => string): Alert {
  const { observation, group, lines } = alert
  const { seen, before, warning } = observation
  return {
    ...alert,
    group: Object.fromEntries(Object.entries(group).map(([field, value]) => [field, redact(value)])),
    observation: {
      ...observation,
      ...(seen !== undefined && { seen: redact(seen) }),
      ...(before !== undefined && { before: redact(before) }),
      ...(warning !== undefined && { warning: withTexts(warning, redact) }),
    },
    lines: lines.map((line) => ({ ...line, text: redact(line.text) })),
  }
}

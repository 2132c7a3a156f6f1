/**
 * The six bands of OpenTelemetry's SeverityNumber with the lowest number of each; a band holds four numbers, 21 to 24 the last.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields
 */
export const lowestSeverity = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const

/** The name of a band, in lower case. */
export type SeverityBand = keyof typeof lowestSeverity

/** The bands, the mildest first. */
export const severityBands: readonly SeverityBand[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** The place of a SeverityNumber's band in `severityBands`, 0 to 5. What is unspecified (0) or no severity counts as info. */
export function bandIndexOf(severityNumber: number): number {
  return severityNumber >= 1 && severityNumber <= 24 ? (severityNumber - 1) >> 2 : 2
}

/** The band of a SeverityNumber. What is unspecified (0) or no severity counts as info. */
export function bandOf(severityNumber: number): SeverityBand {
  return severityBands[bandIndexOf(severityNumber)]!
}

/** TRACE to FATAL for 1 to 24, else "": to be printed, where a line without severity claims none. */
export function severityName(severityNumber: number): string {
  return severityNumber >= 1 && severityNumber <= 24 ? bandOf(severityNumber).toUpperCase() : ''
}

/**
 * Severities by the names that loggers use: npm, syslog (mapped as the specification's appendix B does), RFC 5424,
 * pino, bunyan, .NET, Java, zap and loguru.
 */
const severityByName: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...lowestSeverity,
    silly: 1,
    verbose: 6,
    http: 7,
    log: 9,
    data: 9,
    information: 9,
    informational: 9,
    notice: 10,
    success: 10,
    warning: 13,
    err: 17,
    severe: 17,
    crit: 18,
    critical: 18,
    dpanic: 18,
    alert: 19,
    emerg: 21,
    emergency: 21,
    panic: 21,
  }),
)

const mostSevere = 21
const leastSevere = 1

/**
 * The SeverityNumber (1 to 24) of a level's name, in any letter case. A name nobody knows is placed by its neighbours:
 * `levels` ranks a logger's own names, 0 the most severe, and an unknown one stands a step below the nearest known name
 * above it, FATAL when there is none. Without `levels`, INFO.
 */
export function severityOf(level: string, levels?: Readonly<Record<string, number>>): number {
  return severityOfName(level) ?? (levels ? severityByRank(level, levels) : lowestSeverity.info)
}

// Lower case makes a new text of each name, and nearly all have it already.
function severityOfName(name: string): number | undefined {
  return severityByName.get(name) ?? severityByName.get(name.toLowerCase())
}

function severityByRank(level: string, levels: Readonly<Record<string, number>>): number {
  const rank = Object.hasOwn(levels, level) ? levels[level] : undefined
  if (rank === undefined) return lowestSeverity.info
  let above = { rank: Number.NEGATIVE_INFINITY, severity: mostSevere }
  let below = { rank: Number.POSITIVE_INFINITY, severity: leastSevere }
  for (const [name, otherRank] of Object.entries(levels)) {
    const severity = severityOfName(name)
    if (severity === undefined) continue
    if (otherRank < rank && otherRank > above.rank) above = { rank: otherRank, severity }
    if (otherRank > rank && otherRank < below.rank) below = { rank: otherRank, severity }
  }
  // Between two known names: a step below the upper one, as NOTICE stands to WARN. Above all known ones: FATAL.
  if (above.rank === Number.NEGATIVE_INFINITY) return mostSevere
  return Math.max(below.severity, above.severity - 1)
}

/**
 * The SeverityNumber of a record, 0 to 24: where it has none, the one of its text; 0 where that is no known name either.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
export function knownSeverity(severityNumber: number, severityText: string): number {
  if (severityNumber >= 1 && severityNumber <= 24) return severityNumber
  return severityText === '' ? 0 : (parseSeverity(severityText)?.number ?? 0)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: winston's colours
const colours = /\u001B\[[\d;]*m/g
/** Of Go's slog: steps of a severity behind its name. */
const slogLevel = /^(DEBUG|INFO|WARN|ERROR)([+-]\d{1,3})$/

/**
 * Reads the level of a log line that somebody else wrote: a known name, which `text` keeps as it was written but for colours; or a
 * number of pino and bunyan (10 trace, 20 debug, … 60 fatal), also as text. Undefined for anything else.
 */
export function parseSeverity(level: unknown): { number: number; text: string } | undefined {
  if (typeof level === 'number') return severityOfTens(level)
  if (typeof level !== 'string') return undefined
  const text = level.replace(colours, '').trim()
  const number = severityOfName(text) ?? severityOfSlog(text)
  if (number !== undefined) return { number, text }
  return /^\d\d$/.test(text) ? severityOfTens(Number(text)) : undefined
}

const priorities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

/** Reads a severity of syslog, 0 (emergency) to 7 (debug), also as text. Undefined for anything else. RFC 5424, section 6.2.1. */
export function parsePriority(priority: unknown): { number: number; text: string } | undefined {
  if (typeof priority !== 'number' && !(typeof priority === 'string' && /^[0-7]$/.test(priority)))
    return undefined
  const text = priorities[Number(priority)]
  return text === undefined ? undefined : { number: severityByName.get(text)!, text }
}

function severityOfTens(level: number): { number: number; text: string } | undefined {
  if (!(level >= 10 && level < 70)) return undefined
  const text = severityBands[Math.floor(level / 10) - 1]!
  return { number: lowestSeverity[text], text }
}

function severityOfSlog(text: string): number | undefined {
  const [, name, steps] = slogLevel.exec(text) ?? []
  if (name === undefined) return undefined
  return Math.max(leastSevere, Math.min(24, severityByName.get(name.toLowerCase())! + Number(steps)))
}

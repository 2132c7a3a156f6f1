/** The severities of OpenTelemetry by the names that Node's loggers use: npm, syslog, RFC 5424 and pino. */
const severityByName: ReadonlyMap<string, number> = new Map(
  Object.entries({
    silly: 1,
    trace: 1,
    debug: 5,
    verbose: 6,
    http: 7,
    info: 9,
    log: 9,
    data: 9,
    notice: 10,
    warn: 13,
    warning: 13,
    error: 17,
    err: 17,
    crit: 18,
    critical: 18,
    alert: 19,
    fatal: 21,
    emerg: 21,
    emergency: 21,
  }),
)

const info = 9

const mostSevere = 21
const leastSevere = 1

/**
 * The OpenTelemetry severity (1 to 24) of a level's name. A name nobody knows is placed by its neighbours: `levels`
 * ranks a logger's own names, 0 the most severe, and an unknown one stands a step below the nearest known name
 * above it, FATAL when there is none. Without `levels`, INFO.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields
 */
export function severityOf(level: string, levels?: Readonly<Record<string, number>>): number {
  return severityByName.get(level.toLowerCase()) ?? (levels ? severityByRank(level, levels) : info)
}

function severityByRank(level: string, levels: Readonly<Record<string, number>>): number {
  const rank = Object.hasOwn(levels, level) ? levels[level] : undefined
  if (rank === undefined) return info
  let above = { rank: Number.NEGATIVE_INFINITY, severity: mostSevere }
  let below = { rank: Number.POSITIVE_INFINITY, severity: leastSevere }
  for (const [name, otherRank] of Object.entries(levels)) {
    const severity = severityByName.get(name.toLowerCase())
    if (severity === undefined) continue
    if (otherRank < rank && otherRank > above.rank) above = { rank: otherRank, severity }
    if (otherRank > rank && otherRank < below.rank) below = { rank: otherRank, severity }
  }
  // Between two known names: a step below the upper one, as NOTICE stands to WARN. Above all known ones: FATAL.
  if (above.rank === Number.NEGATIVE_INFINITY) return mostSevere
  return Math.max(below.severity, above.severity - 1)
}

/** OTLP's SeverityNumber of a level, and its name. */
export type Severity = { number: number; text: string }

const levels = new Map([
  ['trace', 1],
  ['silly', 1],
  ['verbose', 5],
  ['debug', 5],
  ['http', 9],
  ['info', 9],
  ['information', 9],
  ['notice', 10],
  ['warn', 13],
  ['warning', 13],
  ['error', 17],
  ['err', 17],
  ['crit', 21],
  ['critical', 21],
  ['fatal', 21],
  ['alert', 22],
  ['emerg', 24],
  ['panic', 24],
])

const pinoNames = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Reads a level as text, or as a number of pino and bunyan (10 trace, 20 debug, … 60 fatal). */
export function severityOf(level: unknown): Severity | undefined {
  if (typeof level === 'string') {
    const number = levels.get(level.toLowerCase())
    return number === undefined ? undefined : { number, text: level }
  }
  if (typeof level !== 'number' || !(level >= 10 && level < 70)) return undefined
  const text = pinoNames[Math.floor(level / 10) - 1]!
  return { number: levels.get(text)!, text }
}

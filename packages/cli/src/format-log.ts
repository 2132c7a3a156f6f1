import { severityName } from '@clew/otlp/severity'

/** A line as the desk's API gives it, as far as it is printed. */
export type LogRow = {
  timeUnixNano: string
  severity: number
  service: string
  text: string
  fields: string
  traceId: string
}

/** One line of a terminal: local time, level, service, the line, its fields, its trace. */
export function formatLog({ timeUnixNano, severity, service, text, fields, traceId }: LogRow): string {
  const parts = [
    localTime(Number(timeUnixNano.slice(0, -6))),
    severityName(severity).padEnd(5),
    `[${service}]`,
    text,
    fields,
    traceId && `trace=${traceId}`,
  ]
  return parts
    .filter((part) => part !== '')
    .map(printable)
    .join(' ')
}

/** Local time of a terminal: `2026-11-29 10:00:00.123`. */
export function localTime(unixMs: number): string {
  const date = new Date(unixMs)
  const offset = date.getTimezoneOffset() * 60_000
  return new Date(date.getTime() - offset).toISOString().slice(0, -1).replace('T', ' ')
}

// Control characters could move the cursor or colour the terminal; bidi controls show a text as another one.
const unprintable = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** A text that cannot move the cursor or look like another one. */
export function printable(text: string): string {
  const oneLine = text.replaceAll(/\r?\n/g, '\n    ')
  return oneLine.replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

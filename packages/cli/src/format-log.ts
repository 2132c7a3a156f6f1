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
    timeText(timeUnixNano),
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

function timeText(unixNano: string): string {
  const date = new Date(Number(unixNano.slice(0, -6)))
  const offset = date.getTimezoneOffset() * 60_000
  return new Date(date.getTime() - offset).toISOString().slice(0, -1).replace('T', ' ')
}

// Control characters could move the cursor or colour the terminal; bidi controls show a text as another one.
const unprintable = /(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

function printable(text: string): string {
  const oneLine = text.replaceAll(/\r?\n/g, '\n    ')
  return oneLine.replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

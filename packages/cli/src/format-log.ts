import { severityName } from '@clew/otlp/severity'
import { type Paint, shortFields } from '@clew/otlp/text'
import { type Check, isAny, isCount, isFields, isText, withFields } from './desk-answer.ts'

/** A line as the desk's API gives it whole, as far as it is printed. */
export type WholeLog = {
  ref: string
  timeUnixNano: string
  severity: number
  service: string
  body: unknown
  attributes: Record<string, unknown>
  traceId: string
}

/** Whether something is a line of the desk, as far as it is printed. */
export const isWholeLog: Check = withFields({
  ...{
    ref: isText,
    timeUnixNano: (time) => /^\d{1,20}$/.test(String(time)),
    severity: isCount,
    service: isText,
  },
  ...{ body: isAny, attributes: isFields, traceId: isText },
})

const fieldsLength = 200

/** One line of a terminal: local time, level, service, the line, its fields, its trace. */
export function formatLog(line: WholeLog, paint: Paint): string {
  const { timeUnixNano, severity, service, body, attributes, traceId } = line
  const level = severityName(severity).padEnd(5)
  const parts = [
    paint('aside', localTime(Number(timeUnixNano.slice(0, -6)))),
    severity >= 17 ? paint('error', level) : severity >= 13 ? paint('warning', level) : level,
    paint('service', printable(`[${service}]`)),
    printable(typeof body === 'string' ? body : JSON.stringify(body)),
    printable(shortFields(attributes, fieldsLength)),
    paint('aside', printable(traceId && `trace=${traceId}`)),
  ]
  return parts.filter((part) => part !== '').join(' ')
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

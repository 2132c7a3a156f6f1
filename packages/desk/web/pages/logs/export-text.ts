import { bandOf } from '@clew/otlp/severity'
import { safeText } from '@clew/otlp/text'
import type { LogRow } from '../../../api/index.ts'
import { isoNano } from '../../format.ts'

/** A line as text that can be pasted anywhere: time in UTC, severity, service, line, attributes. */
export function lineText(row: LogRow): string {
  const severity = bandOf(row.severity).toUpperCase().padEnd(5)
  const parts = [isoNano(row.timeUnixNano), severity, row.service, row.text, row.fields]
  return parts
    .filter((part) => part !== '')
    .map(safeText)
    .join(' ')
}

/** Lines as text, oldest first as in a file of logs. */
export function linesText(rows: readonly LogRow[]): string {
  return rows
    .toReversed()
    .map((row) => `${lineText(row)}\n`)
    .join('')
}

/** Lines as NDJSON, oldest first, with the names that the desk's import knows. */
export function linesNdjson(rows: readonly LogRow[]): string {
  return rows
    .toReversed()
    .map((row) => `${JSON.stringify(plainLog(row))}\n`)
    .join('')
}

function plainLog(row: LogRow): Record<string, string> {
  return {
    time: isoNano(row.timeUnixNano),
    level: bandOf(row.severity),
    service: row.service,
    msg: row.text,
    ...(row.traceId && { trace_id: row.traceId }),
    ...(row.spanId && { span_id: row.spanId }),
    ...(row.fields && { fields: row.fields }),
  }
}

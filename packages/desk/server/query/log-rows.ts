import { shortFields } from '@clew/otlp/text'
import type { LogRow } from '../../api/logs.ts'
import { nanosText } from '../schema/row.ts'
import { startOf } from './texts.ts'

/** The columns of a line in a list, with {@link logJoins} behind `log`. */
export const logColumns: string = `log.id, log.us, log.ns, log.severity, log.severity_text, resource.service, ${startOf('log.body', 2000)},
  log.attributes, hex(chain.trace), hex(log.span), log.pattern`

// CROSS JOIN: of few processes SQLite would begin with those.
export const logJoins = `CROSS JOIN resource ON resource.id = log.resource LEFT JOIN chain ON chain.id = log.chain`

export type LogColumns = [
  id: number,
  us: number,
  ns: number,
  severity: number,
  severityText: string,
  service: string,
  text: string,
  attributes: string,
  trace: string,
  span: string,
  pattern: number,
]

const fieldsLength = 200

const weightKey = 'log.sample.weight'

export function logRowOf(segment: number, columns: LogColumns): LogRow {
  const [id, us, ns, severity, severityText, service, text, attributes, trace, span, pattern] = columns
  const weight = weightOf(attributes)
  return {
    ref: `${segment}.${id}`,
    timeUnixNano: nanosText(us, ns),
    severity,
    severityText,
    service,
    text,
    fields: fieldsOf(attributes, fieldsLength),
    traceId: trace.toLowerCase(),
    spanId: span.toLowerCase(),
    pattern,
    ...(weight !== undefined && { weight }),
  }
}

/** How many lines it stands for, where it says so. */
export function weightOf(attributesJson: string): number | undefined {
  if (!attributesJson.includes(weightKey)) return undefined
  const weight = (JSON.parse(attributesJson) as Record<string, unknown>)[weightKey]
  return typeof weight === 'number' && weight !== 1 ? weight : undefined
}

/** What a list shows of attributes, which are JSON. */
export function fieldsOf(attributesJson: string, length: number): string {
  return attributesJson === '{}' ? '' : shortFields(JSON.parse(attributesJson), length)
}

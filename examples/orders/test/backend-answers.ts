import { parseTime, parseTracesJson } from '@clew/otlp'
import { parseSeverity } from '@clew/otlp/severity'
import type { ChainLog, ChainSpan } from '@clew/testing'

/** Attributes that are shown on the lines of the example, in its order: backends have them in one of their own. */
const shown = ['item', 'orderId', 'amount', 'attempt', 'status', 'exception.type', 'exception.message']

function attributesIn(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    shown.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  )
}

/** A record of which the rest is not told. */
const blank: ChainLog = {
  ...{ observedTimeUnixNano: 0n, droppedAttributesCount: 0, flags: 1, eventName: '', attributes: {} },
  ...{ timeUnixNano: 0n, severityNumber: 0, severityText: '', body: '', traceId: '', spanId: '' },
  resource: {},
}

/** Lines of JSON, one a record, with all attributes as texts at the top. */
export function logsOfVictoriaLogs(answer: string): ChainLog[] {
  const lines = answer.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const fields = JSON.parse(line) as Record<string, string>
    return {
      ...blank,
      ...{ timeUnixNano: nanoseconds(fields._time), severityNumber: Number(fields.severity_number) },
      ...{ severityText: fields.severity_text!, body: fields._msg!, eventName: fields.event_name ?? '' },
      ...{ traceId: fields.trace_id!, spanId: fields.span_id!, attributes: attributesIn(fields) },
      resource: { 'service.name': fields['service.name']! },
    }
  })
}

type Hits = { hits: { hits: { _source: Record<string, string> & { labels?: Record<string, string> } }[] } }

/** Documents by the names of the Elastic Common Schema. */
export function logsOfOpenSearch(answer: string): ChainLog[] {
  const { hits } = (JSON.parse(answer) as Hits).hits
  return hits.map(({ _source: { labels, ...fields } }) => {
    const error = {
      'exception.type': fields['error.type'],
      'exception.message': fields['error.message'],
    }
    return {
      ...blank,
      ...{ timeUnixNano: nanoseconds(fields['@timestamp']), body: fields.message! },
      severityNumber: parseSeverity(fields['log.level'])!.number,
      ...{ traceId: fields['trace.id']!, spanId: fields['span.id']! },
      ...{
        attributes: attributesIn({ ...labels, ...error }),
        resource: { 'service.name': fields['service.name']! },
      },
    }
  })
}

/** OTLP's JSON, in an object. No span: an error as JSON, which has no result. */
export function spansOfJaeger(answer: string): ChainSpan[] {
  const { result } = JSON.parse(answer) as { result?: object }
  if (result === undefined) return []
  return parseTracesJson(JSON.stringify(result)).flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, resource: resource.attributes }))),
  )
}

const nanoseconds = (text: string | undefined): bigint => parseTime(text) ?? 0n

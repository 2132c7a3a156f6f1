import type { Attributes, LogRecord, Span, Value } from '@clew/otlp'

/** A span with the resource that sent it, as `startOtlpReceiver()` keeps it. */
export type ChainSpan = Span & { resource: Attributes }
/** A log record with the resource that sent it. */
export type ChainLog = LogRecord & { resource: Attributes }

type Row = { atUnixNano: bigint; text: string; children: Row[] }

const errorStatus = 2
const maxValueLength = 60
const message = 'exception.message'
// Who sent a line is on the spans; these say the same again on each record.
const hiddenOnLogs = /^(messaging\.|bullmq\.|request_id$|exception\.(type|stacktrace)$|trace_flags$|module$)/

/**
 * Prints one trace as a tree: spans with their durations, and at its instant each log line below the span in which
 * it was written. Lines whose span never came are listed under `span <id> was not received`.
 * Returns "" when nothing has this trace id.
 */
export function formatChain(traceId: string, spans: readonly ChainSpan[], logs: readonly ChainLog[]): string {
  const ofTrace = spans.filter((span) => span.traceId === traceId)
  const rows = new Map(ofTrace.map((span) => [span.spanId, spanRow(span)]))
  const roots: Row[] = []
  const place = (row: Row, parentId: string): void => {
    const parent = rows.get(parentId)
    if (parent) parent.children.push(row)
    else roots.push(row)
  }
  for (const span of ofTrace) place(rows.get(span.spanId)!, span.parentSpanId)
  for (const log of logs.filter((one) => one.traceId === traceId)) {
    if (log.spanId && !rows.has(log.spanId)) {
      const lost = { atUnixNano: log.timeUnixNano, text: `span ${log.spanId} was not received`, children: [] }
      rows.set(log.spanId, lost)
      roots.push(lost)
    }
    place(logRow(log), log.spanId)
  }
  const ordered = inOrder(roots)
  const start = ordered[0]?.atUnixNano ?? 0n
  return ordered.map((root) => printRow(root, start, '', '')).join('')
}

function spanRow(span: ChainSpan): Row {
  const durationMs = Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1e6
  const failed = span.status.code === errorStatus ? `  ERROR ${span.status.message}`.trimEnd() : ''
  const text = `${span.name}${spanDetail(span)}  ${durationMs.toFixed(1)} ms  [${serviceOf(span)}]${failed}`
  return { atUnixNano: span.startTimeUnixNano, text, children: [] }
}

function spanDetail({ attributes }: ChainSpan): string {
  const status = attributes['http.response.status_code']
  const job = attributes['messaging.message.id']
  const attempt = attributes['bullmq.job.attempt']
  if (job !== undefined)
    return ` (job ${formatValue(job)}${attempt ? `, attempt ${formatValue(attempt)}` : ''})`
  return status === undefined ? '' : ` → ${formatValue(status)}`
}

function logRow(log: ChainLog): Row {
  const attributes = Object.entries(log.attributes)
    .filter(
      ([key, value]) => !hiddenOnLogs.test(key) && (key === message || value !== log.attributes[message]),
    )
    .map(([key, value]) => ` ${key}=${formatValue(value)}`)
  const text = `${log.severityText.toUpperCase().padEnd(5)} ${formatValue(log.body)}${attributes.join('')}`
  return { atUnixNano: log.timeUnixNano, text, children: [] }
}

function serviceOf(span: ChainSpan): string {
  return String(span.resource['service.name'] ?? 'unknown_service')
}

function formatValue(value: Value): string {
  const text =
    value !== null && typeof value === 'object'
      ? JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}` : item))
      : String(value)
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text
}

function inOrder(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (a.atUnixNano < b.atUnixNano ? -1 : a.atUnixNano > b.atUnixNano ? 1 : 0))
}

function printRow(row: Row, start: bigint, first: string, rest: string): string {
  const atMs = Number(row.atUnixNano - start) / 1e6
  const children = inOrder(row.children).map((child, index) =>
    index === row.children.length - 1
      ? printRow(child, start, `${rest}└─ `, `${rest}   `)
      : printRow(child, start, `${rest}├─ `, `${rest}│  `),
  )
  return `${atMs.toFixed(1).padStart(8)} ms  ${first}${row.text}\n${children.join('')}`
}

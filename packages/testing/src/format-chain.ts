import type { Attributes, LogRecord, Span } from '@clew/otlp'
import { severityName } from '@clew/otlp/severity'
import {
  emptyRow,
  formatDuration,
  type RowText,
  safeText,
  shortFields,
  spanDetail,
  spanFacts,
  type TreeRow,
  treeLines,
  valueText,
} from '@clew/otlp/text'

/** A span with the resource that sent it, as `startOtlpReceiver()` keeps it. */
export type ChainSpan = Span & { resource: Attributes }
/** A log record with the resource that sent it. */
export type ChainLog = LogRecord & { resource: Attributes }

type Row = Partial<RowText> & Pick<RowText, 'kind'>
type Node = { atUnixNano: bigint; row: Row; children: Node[] }

const errorStatus = 2

/**
 * Prints one trace as a tree, as `clew chain` does: spans with their durations, and at its instant each log line below the
 * span in which it was written. Lines whose span never came are listed under `span <id> not received`. Returns "" when
 * nothing has this trace id.
 */
export function formatChain(
  traceId: string,
  allSpans: readonly ChainSpan[],
  allLogs: readonly ChainLog[],
): string {
  const spans = allSpans.filter((span) => span.traceId === traceId)
  const logs = allLogs.filter((log) => log.traceId === traceId)
  const ends = spans.map((span) => span.endTimeUnixNano)
  const roots = inOrder(nest(spans, logs))
  const first = roots[0]?.atUnixNano ?? 0n
  const afterFirst = (unixNano: bigint) => Number(unixNano - first)
  const totalNs = Math.max(...[...ends, ...logs.map((log) => log.timeUnixNano)].map(afterFirst))
  const lines = treeLines(
    roots.flatMap((root) => rowsOf(root, 0, afterFirst)),
    totalNs,
  )
  return lines.map((line) => `${line}\n`).join('')
}

/** The nodes at the top, with what is below them. */
function nest(spans: readonly ChainSpan[], logs: readonly ChainLog[]): Node[] {
  const nodes = new Map(spans.map((span) => [span.spanId, nodeOf(span.startTimeUnixNano, spanRow(span))]))
  const roots: Node[] = []
  const place = (node: Node, parentId: string) => (nodes.get(parentId)?.children ?? roots).push(node)
  for (const span of spans) place(nodes.get(span.spanId)!, span.parentSpanId)
  for (const log of logs) {
    if (log.spanId && !nodes.has(log.spanId)) {
      const lost = nodeOf(log.timeUnixNano, { kind: 'lost', label: `span ${log.spanId} not received` })
      nodes.set(log.spanId, lost)
      roots.push(lost)
    }
    place(nodeOf(log.timeUnixNano, logRow(log)), log.spanId)
  }
  return roots
}

function nodeOf(atUnixNano: bigint, row: Row): Node {
  return { atUnixNano, row, children: [] }
}

function spanRow(span: ChainSpan): Row {
  const { name, status, attributes, resource, startTimeUnixNano, endTimeUnixNano } = span
  return {
    kind: 'span',
    label: safeText(name),
    detail: safeText(spanDetail(spanFacts(attributes, status.message) ?? {})),
    duration: formatDuration(Number(endTimeUnixNano - startTimeUnixNano)),
    service: safeText(valueText(resource['service.name'] ?? 'unknown_service')),
    failed: status.code === errorStatus,
    message: safeText(status.message),
  }
}

function logRow({ severityNumber, body, attributes }: ChainLog): Row {
  return {
    kind: 'log',
    severity: severityName(severityNumber),
    label: safeText(valueText(body)),
    detail: safeText(shortFields(attributes, Number.POSITIVE_INFINITY)),
  }
}

function inOrder(nodes: readonly Node[]): Node[] {
  return nodes.toSorted((a, b) => (a.atUnixNano < b.atUnixNano ? -1 : a.atUnixNano > b.atUnixNano ? 1 : 0))
}

function rowsOf(node: Node, level: number, afterFirst: (unixNano: bigint) => number): TreeRow[] {
  const below = inOrder(node.children).flatMap((child) => rowsOf(child, level + 1, afterFirst))
  return [{ level, atNs: afterFirst(node.atUnixNano), text: { ...emptyRow, ...node.row } }, ...below]
}

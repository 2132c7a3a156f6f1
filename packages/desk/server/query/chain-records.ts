import { buildChain, hasFlag, kindOf } from '../../chain/index.ts'
import { readChain } from './chain.ts'
import { knowTraces } from './chain-traces.ts'
import { readLog, readSpan } from './details.ts'
import type { OpenSegments } from './open-segments.ts'
import { refOf } from './parameters.ts'

/**
 * Everything of a chain as lines of JSON, one for each thing: the `chain`, then each `span`, `log`, `wait` and `link`, as
 * `kind` says. Times are as they were sent, in unix nanoseconds as texts.
 */
export function chainRecords(segments: OpenSegments, traceId: string): string {
  const data = readChain(knowTraces(segments), traceId)
  const chain = buildChain(data, { correctClocks: false })
  const { spans, logs, links, resources, traces, startUnixNano, kept, moreTraces, moreRecords } = data
  const nanos = (atNs: number): string => String(BigInt(startUnixNano) + BigInt(Math.round(atNs)))
  const idsOf = (span: number) => ({
    traceId: traces[spans.trace[span]!]!.traceId,
    spanId: spans.spanId[span]!,
  })
  const lines: string[] = []
  const add = (kind: string, record: object): void => void lines.push(JSON.stringify({ kind, ...record }))
  const waits = Array.from({ length: chain.count }, (_, node) => node).filter(
    (node) => kindOf(chain, node) === 'wait',
  )
  add('chain', {
    traceId,
    startUnixNano: nanos(chain.startNs),
    endUnixNano: nanos(chain.endNs),
    traces,
    ...{ spans: spans.ref.length, logs: logs.ref.length, waits: waits.length, links: links.length },
    ...(kept && { kept: kept.reason }),
    clocks: chain.skews.map(({ resource, ns }) => ({ ...resources[resource], behindNs: ns })),
    ...{ moreTraces, moreRecords },
  })
  spans.ref.forEach((ref, span) => {
    const service = resources[spans.resource[span]!]?.service ?? ''
    // `kind` says what the line is; that of the span is OTLP's number.
    const { kind: spanKind, ...detail } = readSpan(segments, refOf({ ref }))
    add('span', { ...detail, spanKind, service })
  })
  for (const ref of logs.ref) {
    const { text: _, fields: __, ...line } = readLog(segments, refOf({ ref }))
    add('log', line)
  }
  for (const node of waits) {
    const [start, end] = [chain.start[node]!, chain.start[node]! + chain.duration[node]!]
    const isRetry = hasFlag(chain, node, 'retry')
    add('wait', {
      ...idsOf(chain.source[node]!),
      startUnixNano: nanos(start),
      endUnixNano: nanos(end),
      isRetry,
    })
  }
  for (const { from, to, toTraceId, toSpanId, isStored } of links) {
    const isInChain = to >= 0
    add('link', { ...idsOf(from), toTraceId, toSpanId, isInChain, isStored: isInChain || isStored === true })
  }
  return `${lines.join('\n')}\n`
}

import type { WarningRow } from '../../../api/index.ts'
import type { Chain } from '../../../chain/index.ts'

/** The early warning from which somebody came to a chain: none, one, or one that is no longer kept. */
export type OriginWarning = Pick<WarningRow, 'id' | 'lines' | 'changes'> | 'gone' | undefined

type Origin = Exclude<OriginWarning, 'gone' | undefined>

/** What a chain has of a line at most: the end of its template may be missing. */
const mostText = 500
/** Times of a chain are exact, those of a warning milliseconds. */
const sameMs = 1

/** The nodes that raised a warning: its own lines and spans, and what else is of the templates, spans and queues that changed. */
export function raisedNodes(chain: Chain, warning: OriginWarning): ReadonlySet<number> {
  const nodes = new Set<number>()
  if (warning === undefined || warning === 'gone') return nodes
  const { logs, spans } = chain.data
  for (let log = 0; log < logs.ref.length; log++)
    if (isRaisedLine(chain, log, warning)) nodes.add(chain.nodeOfLog[log]!)
  for (let span = 0; span < spans.ref.length; span++)
    if (isRaisedSpan(chain, span, warning)) nodes.add(chain.nodeOfSpan[span]!)
  return nodes
}

function isRaisedLine({ data }: Chain, log: number, { lines, changes }: Origin): boolean {
  const { logs, resources, traces } = data
  const { service } = resources[logs.resource[log]!]!
  const { traceId } = traces[logs.trace[log]!]!
  const unixMs = Number(BigInt(data.startUnixNano) / 1_000n) / 1e3 + logs.atNs[log]! / 1e6
  const text = logs.text[log]!
  return (
    lines.some(
      (line) =>
        line.traceId === traceId &&
        line.service === service &&
        line.severityNumber === logs.severity[log] &&
        Math.abs(line.unixMs - unixMs) <= sameMs,
    ) ||
    changes.some(
      (change) =>
        change.of === 'template' && change.service === service && mayBeOfTemplate(text, change.name),
    )
  )
}

function isRaisedSpan({ data, facts }: Chain, span: number, { lines, changes }: Origin): boolean {
  const { spans, resources, traces, texts } = data
  const { service } = resources[spans.resource[span]!]!
  const { traceId } = traces[spans.trace[span]!]!
  const name = texts[spans.name[span]!]!
  return (
    lines.some(
      (line) => line.traceId === traceId && line.spanId === spans.spanId[span] && line.text.startsWith(name),
    ) ||
    changes.some(
      (change) =>
        change.service === service &&
        ((change.of === 'span' && change.name === name) ||
          (change.of === 'queue' && change.name === facts.get(span)?.queue)),
    )
  )
}

/** Whether the fixed parts of a template stand in a line one after the other, from its begin to its end. */
export function mayBeOfTemplate(text: string, template: string): boolean {
  const [first = '', ...rest] = template.replace(/\s+/g, ' ').split('<*>')
  const line = text.replace(/\s+/g, ' ')
  // One without a word would be of everything.
  if (!/[\p{L}\p{N}]/u.test(first + rest.join('')) || !line.startsWith(first)) return false
  const isCut = text.length >= mostText
  if (rest.length === 0) return line === first
  let at = first.length
  for (const piece of rest.slice(0, -1)) {
    const found = line.indexOf(piece, at)
    if (found < 0) return isCut
    at = found + piece.length
  }
  const last = rest.at(-1)!
  return isCut || (line.endsWith(last) && line.length - last.length >= at)
}

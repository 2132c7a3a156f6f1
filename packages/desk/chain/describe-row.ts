import { severityName } from '@clew/otlp/severity'
import { emptyRow, formatDuration, type RowText, safeText, spanDetail } from '@clew/otlp/text'
import { type ChainLabels, englishLabels, fillLabel } from './labels.ts'
import { type Chain, hasFlag, kindClient, kindOf, type NodeKind } from './model.ts'

/** The words and figures of a row: the page, the text and the terminal say the same. */
export function describeRow(chain: Chain, node: number, labels: ChainLabels = englishLabels): RowText {
  const kind = kindOf(chain, node)
  const described = describe[kind](chain, node, labels)
  const row = { ...emptyRow, linkedTrace: linkedTrace(chain, node), ...described, kind }
  if (!hasFlag(chain, node, 'asked')) return row
  return { ...row, badge: [labels.asked, row.badge].filter(Boolean).join(', ') }
}

type Describe = (chain: Chain, node: number, labels: ChainLabels) => Partial<RowText>

const describe: { [Kind in NodeKind]: Describe } = {
  span: describeSpan,
  log: ({ data: { logs, resources }, source }, node) => {
    const log = source[node]!
    return {
      label: safeText(logs.text[log]!),
      detail: safeText(logs.fields[log]!),
      service: serviceName(resources, logs.resource[log]!),
      severity: severityName(logs.severity[log]!),
    }
  },
  event: ({ data: { events, texts }, source }, node) => ({
    label: safeText(texts[events.name[source[node]!]!] ?? ''),
    detail: safeText(events.text[source[node]!]!),
  }),
  wait: (chain, node, labels) => ({
    label: hasFlag(chain, node, 'retry') ? labels.retried : labels.queued,
    duration: formatDuration(chain.duration[node]!),
  }),
  group: describeGroup,
  lost: ({ lost, source }, node, labels) => {
    const { spanId, hasSpans } = lost[source[node]!]!
    const id = safeText(spanId)
    return hasSpans
      ? { label: labels.lostParent, detail: `(${id})` }
      : { label: fillLabel(labels.lostSpan, { id }) }
  },
  note: (chain, node, labels) => ({ label: describeNote(chain, chain.source[node]!, labels) }),
}

function describeSpan(chain: Chain, node: number, labels: ChainLabels): Partial<RowText> {
  const { data, source, facts, duration } = chain
  const span = source[node]!
  const known = facts.get(span) ?? {}
  return {
    label: spanName(chain, span),
    detail: spanDetail(known, {
      job: (id) => fillLabel(labels.job, { id: safeText(id) }),
      attempt: (count) => fillLabel(labels.attempt, { count }),
    }),
    duration: hasFlag(chain, node, 'running') ? labels.running : formatDuration(duration[node]!),
    service: serviceName(data.resources, data.spans.resource[span]!),
    failed: hasFlag(chain, node, 'failed'),
    message: safeText(known.message ?? ''),
    badge: known.unfinished ? labels.unfinished : '',
  }
}

function describeGroup(chain: Chain, node: number, labels: ChainLabels): Partial<RowText> {
  const { count, totalNs, p95Ns, sequential, first } = chain.groups[chain.source[node]!]!
  const figures = { total: formatDuration(totalNs), p95: formatDuration(p95Ns) }
  return {
    label: fillLabel(labels.group, { count, name: groupName(chain, first) }),
    duration: fillLabel(labels.groupTotal, figures),
    service: serviceName(chain.data.resources, chain.data.spans.resource[first]!),
    badge: sequential ? labels.loop : '',
  }
}

function describeNote(chain: Chain, note: number, labels: ChainLabels): string {
  const { absent, links } = chain.notes[note]!
  const count = links.length
  const { to, toTraceId } = chain.data.links[links[0]!]!
  if (absent) {
    const isStored = links.some((link) => chain.data.links[link]!.isStored)
    const [one, several] = isStored
      ? [labels.causeLeftOut, labels.causesLeftOut]
      : [labels.causeAbsent, labels.causesAbsent]
    return count > 1 ? fillLabel(several, { count }) : fillLabel(one, { id: safeText(toTraceId) })
  }
  return count > 1
    ? fillLabel(labels.causesElsewhere, { count })
    : fillLabel(labels.causeElsewhere, { name: spanName(chain, to) })
}

/** What there is to say of the whole chain: clocks that differ, and what is not here. */
export function describeHints(chain: Chain, labels: ChainLabels = englishLabels): string[] {
  const { skews, clocksCorrected, data } = chain
  const hints = skews.map(({ resource, ns }) => {
    const values = { name: serviceName(data.resources, resource), time: formatDuration(Math.abs(ns)) }
    const text = fillLabel(ns > 0 ? labels.clockBehind : labels.clockAhead, values)
    return clocksCorrected ? fillLabel(labels.clockCorrected, { text }) : text
  })
  if (data.moreTraces > 0) hints.push(fillLabel(labels.moreTraces, { count: data.moreTraces }))
  if (data.moreRecords > 0) hints.push(fillLabel(labels.moreRecords, { count: data.moreRecords }))
  return hints
}

/** Of a call to another server where it went: its name says `POST` alone, mostly. */
function spanName(chain: Chain, span: number): string {
  const { data } = chain
  return safeText(callOf(chain, span) ?? data.texts[data.spans.name[span]!] ?? '')
}

/** Calls of one group went to one host, and to paths of which the first one is no name for all. */
function groupName(chain: Chain, first: number): string {
  const [host] = callOf(chain, first)?.split('/', 1) ?? []
  return host === undefined ? spanName(chain, first) : safeText(host)
}

function callOf({ data, facts }: Chain, span: number): string | undefined {
  return data.spans.kind[span] === kindClient ? facts.get(span)?.call : undefined
}

function serviceName(resources: Chain['data']['resources'], resource: number): string {
  return safeText(resources[resource]?.service ?? '')
}

function linkedTrace(chain: Chain, node: number): string {
  if (!hasFlag(chain, node, 'linked')) return ''
  const { data, source, lost } = chain
  const isLost = kindOf(chain, node) === 'lost'
  const trace = isLost ? lost[source[node]!]!.trace : data.spans.trace[source[node]!]!
  return safeText(data.traces[trace]?.traceId ?? '')
}

import { lowestSeverity } from '@clew/otlp/severity'
import type { SpanFacts } from '@clew/otlp/text'
import type { ChainData } from '../api/chain.ts'

const nanosPerMs = 1e6

export type SampleSpan = SpanFacts & {
  /** Milliseconds from start to end; no end: it runs. */
  ms: readonly [from: number, to?: number]
  id?: string
  parent?: string
  trace?: string
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  service?: string
  host?: string
  failed?: boolean
  group?: string
  /** `<trace> <span id>` of causes. */
  links?: readonly string[]
}
type SampleLog = {
  ms: number
  span?: string
  level?: keyof typeof severities
  fields?: string
  trace?: string
  weight?: number
}

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }
const severities = { ...lowestSeverity, none: 0 }

/**
 * Chains for tests: `sampleChain().span('GET /', { ms: [0, 5] }).log('hello', { ms: 1, span: 'GET /' }).data()`.
 * A span's id is its name unless given, its trace is "t" unless given.
 */
export function sampleChain(): SampleChain {
  const data = emptyData()
  const wantedLinks: { from: number; toTraceId: string; toSpanId: string }[] = []
  const chain: SampleChain = {
    span(name, span) {
      const index = addSpan(data, name, span)
      for (const link of span.links ?? []) {
        const [toTraceId = '', toSpanId = ''] = link.split(' ')
        wantedLinks.push({ from: index, toTraceId, toSpanId })
      }
      return chain
    },
    log(text, log) {
      addLog(data, text, log)
      return chain
    },
    event(name, { ms, span, text = '' }) {
      data.events.span.push(data.spans.spanId.indexOf(span))
      data.events.name.push(indexOf(data.texts, name))
      data.events.atNs.push(ms * nanosPerMs)
      data.events.text.push(text)
      return chain
    },
    data() {
      const at = (traceId: string, spanId: string) =>
        data.spans.spanId.findIndex(
          (id, span) => id === spanId && data.traces[data.spans.trace[span]!]!.traceId === traceId,
        )
      data.links = wantedLinks.map((link) => ({ ...link, to: at(link.toTraceId, link.toSpanId) }))
      return data
    },
  }
  return chain
}

export type SampleChain = {
  span(name: string, span: SampleSpan): SampleChain
  log(text: string, log: SampleLog): SampleChain
  event(name: string, event: { ms: number; span: string; text?: string }): SampleChain
  data(): ChainData
}

function emptyData(): ChainData {
  return {
    traceId: 't',
    startUnixNano: '1764115200000000000',
    traces: [{ traceId: 't', depth: 0 }],
    resources: [],
    texts: [],
    spans: {
      trace: [],
      ref: [],
      spanId: [],
      parentId: [],
      name: [],
      kind: [],
      status: [],
      resource: [],
      startNs: [],
      durationNs: [],
      group: [],
      facts: [],
    },
    logs: {
      trace: [],
      ref: [],
      span: [],
      lostSpans: [],
      resource: [],
      atNs: [],
      severity: [],
      text: [],
      fields: [],
      weights: [],
    },
    events: { span: [], name: [], atNs: [], text: [] },
    links: [],
    moreTraces: 0,
    moreRecords: 0,
  }
}

function addSpan(data: ChainData, name: string, span: SampleSpan): number {
  const { ms, id = name, parent = '', trace = 't', kind = 'internal', service = 'api', host = '' } = span
  const { failed, group, links: _, ...facts } = span
  const { spans } = data
  const index = spans.spanId.push(id) - 1
  spans.ref.push(`s${index}`)
  spans.trace.push(traceOf(data, trace))
  spans.parentId.push(parent)
  spans.name.push(indexOf(data.texts, name))
  spans.kind.push(kinds[kind])
  spans.status.push(failed ? 2 : 0)
  spans.resource.push(resourceOf(data, service, host))
  spans.startNs.push(ms[0] * nanosPerMs)
  spans.durationNs.push(ms[1] === undefined ? -1 : (ms[1] - ms[0]) * nanosPerMs)
  spans.group.push(group === undefined ? -1 : indexOf(data.texts, group))
  spans.facts.push([index, facts])
  return index
}

function addLog(data: ChainData, text: string, log: SampleLog): void {
  const { ms, span = '', level = 'info', fields = '', trace = 't', weight } = log
  const { logs, spans } = data
  const traceIndex = traceOf(data, trace)
  const index = logs.ref.push(`l${logs.ref.length}`) - 1
  const place = spans.spanId.findIndex((id, one) => id === span && spans.trace[one] === traceIndex)
  if (span && place < 0) logs.lostSpans.push([index, span])
  logs.trace.push(traceIndex)
  logs.span.push(place)
  logs.resource.push(spans.resource[place] ?? resourceOf(data, 'api', ''))
  logs.atNs.push(ms * nanosPerMs)
  logs.severity.push(severities[level])
  logs.text.push(text)
  logs.fields.push(fields)
  if (weight !== undefined) logs.weights.push([index, weight])
}

function traceOf({ traces }: ChainData, traceId: string): number {
  const known = traces.findIndex((trace) => trace.traceId === traceId)
  return known >= 0 ? known : traces.push({ traceId, depth: 1 }) - 1
}

function resourceOf({ resources }: ChainData, service: string, host: string): number {
  const known = resources.findIndex((one) => one.service === service && one.host === host)
  return known >= 0 ? known : resources.push({ service, instance: '', host }) - 1
}

function indexOf(texts: string[], text: string): number {
  const known = texts.indexOf(text)
  return known >= 0 ? known : texts.push(text) - 1
}

/** Of a chain as text, what is below its head. */
export function treeOf(text: string): string {
  return text.slice(text.indexOf('\n\n') + 2)
}

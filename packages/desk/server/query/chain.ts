import { spanFacts } from '@clew/otlp/text'
import type { ChainData, ChainEvents, ChainLink, ChainLogs, ChainSpans } from '../../api/chain.ts'
import { nanosText, plausibleUs } from '../schema/row.ts'
import { storeError } from '../schema/store-error.ts'
import { type LogPart, readChainParts, rowTextLength, type SpanPart } from './chain-parts.ts'
import { hasTrace, joinedTraces, type KnownTraces, knowTraces } from './chain-traces.ts'
import { groupKey } from './group-key.ts'
import { fieldsOf, weightOf } from './log-rows.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, traceIdOf } from './parameters.ts'
import { createResources, createTexts, type Resources, type Texts } from './texts.ts'

/** Characters of a line's attributes that a row of a chain has. */
export const rowFieldsLength = 120

/** `GET /api/chains/{traceId}` */
export function chain(segments: OpenSegments, parameters: Parameters): ChainData {
  return readChain(knowTraces(segments), traceIdOf(parameters))
}

export function readChain(known: KnownTraces, traceId: string): ChainData {
  const { traces, more } = joinedTraces(known, traceId)
  const { spans, logs, moreRecords } = readChainParts(known, traces)
  if (spans.length === 0 && logs.length === 0) {
    throw storeError(
      'not-found',
      `no span and no line of trace ${traceId} is here; the list of chains has those that are`,
    )
  }
  const zero = earliest(spans, logs)
  const texts = createTexts()
  const resources = createResources()
  const data: ChainData = {
    traceId,
    startUnixNano: nanosText(zero.us, zero.ns),
    traces,
    resources: resources.list,
    texts: texts.list,
    spans: emptySpans(),
    logs: emptyLogs(),
    events: { span: [], name: [], atNs: [], text: [] },
    links: [],
    moreTraces: more,
    moreRecords,
  }
  const indexes = addSpans(data, spans, zero, texts, resources)
  addLogs(data, logs, zero, indexes, resources)
  resolveLinks(data, indexes, known)
  const kept = reasonOfKeeping(spans, logs)
  return kept === undefined ? data : { ...data, kept }
}

const keptKey = 'clew.kept'

/** The first line, or the first span to end, that says it; code that asked for it did so before. */
function reasonOfKeeping(spans: readonly SpanPart[], logs: readonly LogPart[]): ChainData['kept'] {
  const reasons: { atUs: number; kept: NonNullable<ChainData['kept']> }[] = []
  spans.forEach((part, span) => {
    const reason = reasonIn(part)
    if (reason !== '') reasons.push({ atUs: endUsOf(part), kept: { reason, span, log: -1 } })
  })
  logs.forEach((part, log) => {
    const reason = reasonIn(part)
    if (reason !== '') reasons.push({ atUs: part.us, kept: { reason, span: -1, log } })
  })
  const [first] = reasons.sort((one, other) => one.atUs - other.atUs)
  return (reasons.find(({ kept }) => kept.reason === 'code') ?? first)?.kept
}

function reasonIn({ attributes }: SpanPart | LogPart): string {
  if (!attributes.includes(`"${keptKey}"`)) return ''
  const reason = (JSON.parse(attributes) as Record<string, unknown>)[keptKey]
  return typeof reason === 'string' ? reason : ''
}

function endUsOf({ us, durationNs }: SpanPart): number {
  return us + (durationNs ?? 0) / 1000
}

type Zero = { us: number; ns: number }

function earliest(spans: readonly SpanPart[], logs: readonly LogPart[]): Zero {
  let zero: Zero = { us: Number.MAX_SAFE_INTEGER, ns: 0 }
  for (const { us, ns } of [...spans, ...logs]) {
    if (us < zero.us || (us === zero.us && ns < zero.ns)) zero = { us, ns }
  }
  return zero
}

const after = (zero: Zero, us: number, ns: number): number => (us - zero.us) * 1000 + ns - zero.ns

const noAttributes = {}

/** Index of a span by its trace and id. */
type SpanIndexes = Map<number, Map<string, number>>

function indexOf(indexes: SpanIndexes, trace: number, spanId: string): number {
  return indexes.get(trace)?.get(spanId) ?? -1
}

function addSpans(
  data: ChainData,
  spans: readonly SpanPart[],
  zero: Zero,
  texts: Texts,
  resources: Resources,
): SpanIndexes {
  const columns = data.spans
  const indexes: SpanIndexes = new Map()
  spans.forEach((span, index) => {
    const attributes = span.attributes === '{}' ? noAttributes : JSON.parse(span.attributes)
    const facts = spanFacts(attributes, span.message)
    const group = groupKey(span.kind, span.name, attributes, facts)
    const startNs = after(zero, span.us, span.ns)
    columns.trace.push(span.trace)
    columns.ref.push(span.ref)
    columns.spanId.push(span.spanId)
    columns.parentId.push(span.parentId)
    columns.name.push(texts.numberOf(span.name))
    columns.kind.push(span.kind)
    columns.status.push(span.status)
    columns.resource.push(resources.numberOf(span.resource))
    columns.startNs.push(startNs)
    columns.durationNs.push(span.durationNs ?? -1)
    columns.group.push(group === undefined ? -1 : texts.numberOf(group))
    if (facts !== undefined) columns.facts.push([index, facts])
    const ofTrace = indexes.get(span.trace) ?? new Map<string, number>()
    indexes.set(span.trace, ofTrace.set(span.spanId, index))
    if (span.events !== null) addEvents(data.events, span.events, { index, startNs }, zero, texts)
    if (span.links !== null) addLinks(data.links, span.links, index)
  })
  return indexes
}

/** An event without a time stands where its span begins. */
function addEvents(
  columns: ChainEvents,
  json: string,
  span: { index: number; startNs: number },
  zero: Zero,
  texts: Texts,
): void {
  type Event = { timeUnixNano: string; name: string; attributes: Record<string, unknown> }
  for (const { timeUnixNano, name, attributes } of JSON.parse(json) as Event[]) {
    const us = plausibleUs(Number(timeUnixNano.slice(0, -3)))
    const message = attributes['exception.message']
    columns.span.push(span.index)
    columns.name.push(texts.numberOf(name))
    columns.atNs.push(us === 0 ? span.startNs : after(zero, us, Number(timeUnixNano.slice(-3))))
    columns.text.push(typeof message === 'string' ? message.slice(0, rowTextLength) : '')
  }
}

function addLinks(links: ChainLink[], json: string, from: number): void {
  for (const { traceId, spanId } of JSON.parse(json) as { traceId: string; spanId: string }[]) {
    links.push({ from, to: -1, toTraceId: traceId, toSpanId: spanId })
  }
}

function resolveLinks(data: ChainData, indexes: SpanIndexes, known: KnownTraces): void {
  const traces = new Map(data.traces.map(({ traceId }, index) => [traceId, index]))
  const stored = new Map<string, boolean>()
  for (const link of data.links) {
    const trace = traces.get(link.toTraceId)
    link.to = indexOf(indexes, trace ?? -1, link.toSpanId)
    if (trace !== undefined) continue
    const isStored = stored.get(link.toTraceId) ?? hasTrace(known, link.toTraceId)
    stored.set(link.toTraceId, isStored)
    if (isStored) link.isStored = true
  }
}

function addLogs(
  data: ChainData,
  logs: readonly LogPart[],
  zero: Zero,
  indexes: SpanIndexes,
  resources: Resources,
): void {
  const columns = data.logs
  logs.forEach((log, index) => {
    const span = indexOf(indexes, log.trace, log.spanId)
    columns.trace.push(log.trace)
    columns.ref.push(log.ref)
    columns.span.push(span)
    columns.resource.push(resources.numberOf(log.resource))
    columns.atNs.push(after(zero, log.us, log.ns))
    columns.severity.push(log.severity)
    columns.text.push(log.text)
    columns.fields.push(fieldsOf(log.attributes, rowFieldsLength))
    const weight = weightOf(log.attributes)
    if (weight !== undefined) columns.weights.push([index, weight])
    if (span === -1 && log.spanId !== '') columns.lostSpans.push([index, log.spanId])
  })
}

function emptySpans(): ChainSpans {
  return {
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
  }
}

function emptyLogs(): ChainLogs {
  return {
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
  }
}

import { lowestSeverity } from '@clew/otlp/severity'
import type { ChainData, ChainEvents, ChainLogs, ChainSpans } from '../api/chain.ts'
import { statusError } from './model.ts'

/** A record of a chain by its index among the spans or lines. */
export type ChainRecord = { readonly kind: 'span' | 'log'; readonly index: number }

/** What of a chain is kept: its records, those that failed first, then the others by time. */
export type KeptRecords = { records: ChainRecord[]; spans: Int32Array; logs: Int32Array }

/** So many that have no room are tried, as the next may be smaller: each costs a walk to the top of the chain. */
const mostMisses = 100

/**
 * Chooses the records of a chain that have room: those that failed or tell of it first, then the earliest, each with all the spans
 * above it, so that nothing that is kept has lost its parent by this. `sizeOf` is what one takes of `room`.
 */
export function chooseRecords(
  data: ChainData,
  room: number,
  sizeOf: (record: ChainRecord) => number,
): KeptRecords {
  const { spans, logs } = data
  const parents = parentIndexes(data)
  const isKept = { span: new Uint8Array(spans.ref.length), log: new Uint8Array(logs.ref.length) }
  const records: ChainRecord[] = []
  let left = room
  let misses = 0
  for (const record of byUrgency(data)) {
    if (isKept[record.kind][record.index]) continue
    if (misses >= mostMisses) break
    const added = withAncestors(record, data, parents, isKept.span)
    const size = added.reduce((sum, one) => sum + sizeOf(one), 0)
    if (size > left) {
      misses++
      continue
    }
    left -= size
    for (const one of added) {
      isKept[one.kind][one.index] = 1
      records.push(one)
    }
  }
  return { records, spans: indexesOf(isKept.span), logs: indexesOf(isKept.log) }
}

/** The chain with these records alone; what is gone is counted in `moreRecords`. References are the new indexes. */
export function keepRecords(data: ChainData, { spans, logs }: KeptRecords): ChainData {
  const newSpan = placesIn(spans, data.spans.ref.length)
  const newLog = placesIn(logs, data.logs.ref.length)
  const texts = createRenumbering(data.texts)
  const groups = new Map<number, number>()
  const columns = pickSpans(data.spans, spans, newSpan)
  columns.name = columns.name.map(texts.numberOf)
  // What makes siblings the same work is never shown: that it is the same is enough.
  columns.group = columns.group.map((group) => numberIn(groups, group, () => texts.add(`#${groups.size}`)))
  const { kept, ...rest } = data
  return {
    ...rest,
    spans: columns,
    logs: pickLogs(data.logs, logs, newSpan, newLog),
    events: pickEvents(data.events, newSpan, texts.numberOf),
    links: data.links
      .filter(({ from }) => newSpan[from]! >= 0)
      .map((link) => {
        const to = newSpan[link.to] ?? -1
        return { ...link, from: newSpan[link.from]!, to, ...(link.to >= 0 && to < 0 && { isStored: true }) }
      }),
    texts: texts.list,
    moreRecords: data.moreRecords + data.spans.ref.length - spans.length + data.logs.ref.length - logs.length,
    ...(kept && isHere(kept, newSpan, newLog) && { kept: moved(kept, newSpan, newLog) }),
  }
}

function byUrgency({ spans, logs }: ChainData): ChainRecord[] {
  const rank: { record: ChainRecord; urgent: boolean; atNs: number }[] = [
    ...spans.startNs.map((atNs, index) => ({
      record: { kind: 'span', index } as const,
      urgent: spans.status[index] === statusError,
      atNs,
    })),
    ...logs.atNs.map((atNs, index) => ({
      record: { kind: 'log', index } as const,
      urgent: logs.severity[index]! >= lowestSeverity.warn,
      atNs,
    })),
  ]
  return rank
    .sort((a, b) => Number(b.urgent) - Number(a.urgent) || a.atNs - b.atNs)
    .map(({ record }) => record)
}

/** Of each span the index of its parent, −1 for none. */
function parentIndexes({ spans }: ChainData): Int32Array {
  const known = new Map<string, number>()
  const key = (index: number, id: string) => `${spans.trace[index]} ${id}`
  for (const [index, id] of spans.spanId.entries()) known.set(key(index, id), index)
  return Int32Array.from(spans.parentId, (id, index) => (id === '' ? -1 : (known.get(key(index, id)) ?? -1)))
}

/** The record, and above it each span that is not kept yet, the highest first. */
function withAncestors(
  record: ChainRecord,
  { logs }: ChainData,
  parents: Int32Array,
  isKept: Uint8Array,
): ChainRecord[] {
  const path: ChainRecord[] = [record]
  const seen = new Set<number>(record.kind === 'span' ? [record.index] : [])
  let span = record.kind === 'span' ? parents[record.index]! : logs.span[record.index]!
  // A span may be its own ancestor.
  while (span >= 0 && !isKept[span] && !seen.has(span)) {
    seen.add(span)
    path.push({ kind: 'span', index: span })
    span = parents[span]!
  }
  return path.reverse()
}

function indexesOf(kept: Uint8Array): Int32Array {
  return Int32Array.from([...kept.keys()].filter((index) => kept[index]))
}

/** Of each old index the new one, −1 where it is gone. */
function placesIn(kept: Int32Array, count: number): Int32Array {
  const places = new Int32Array(count).fill(-1)
  kept.forEach((old, place) => {
    places[old] = place
  })
  return places
}

type Renumbering = { list: string[]; numberOf(old: number): number; add(text: string): number }

function createRenumbering(texts: readonly string[]): Renumbering {
  const list: string[] = []
  const known = new Map<number, number>()
  const add = (text: string): number => list.push(text) - 1
  return { list, add, numberOf: (old) => numberIn(known, old, () => add(texts[old] ?? '')) }
}

function numberIn(known: Map<number, number>, old: number, add: () => number): number {
  if (old < 0) return -1
  const found = known.get(old)
  if (found !== undefined) return found
  const added = add()
  known.set(old, added)
  return added
}

const pick = <T>(column: readonly T[], kept: Int32Array): T[] =>
  Array.from(kept, (index) => column[index] as T)

/** Pairs of an index and what is known of it. */
function pickPairs<T>(pairs: readonly [number, T][], places: Int32Array): [number, T][] {
  return pairs
    .filter(([index]) => places[index]! >= 0)
    .map(([index, value]): [number, T] => [places[index]!, value])
}

function pickSpans(spans: ChainSpans, kept: Int32Array, places: Int32Array): ChainSpans {
  return {
    trace: pick(spans.trace, kept),
    ref: Array.from(kept, (_, place) => String(place)),
    spanId: pick(spans.spanId, kept),
    parentId: pick(spans.parentId, kept),
    name: pick(spans.name, kept),
    kind: pick(spans.kind, kept),
    status: pick(spans.status, kept),
    resource: pick(spans.resource, kept),
    startNs: pick(spans.startNs, kept),
    durationNs: pick(spans.durationNs, kept),
    group: pick(spans.group, kept),
    facts: pickPairs(spans.facts, places),
  }
}

function pickLogs(logs: ChainLogs, kept: Int32Array, newSpan: Int32Array, newLog: Int32Array): ChainLogs {
  return {
    trace: pick(logs.trace, kept),
    ref: Array.from(kept, (_, place) => String(place)),
    span: pick(logs.span, kept).map((span) => newSpan[span] ?? -1),
    lostSpans: pickPairs(logs.lostSpans, newLog),
    resource: pick(logs.resource, kept),
    atNs: pick(logs.atNs, kept),
    severity: pick(logs.severity, kept),
    text: pick(logs.text, kept),
    fields: pick(logs.fields, kept),
    weights: pickPairs(logs.weights, newLog),
  }
}

function pickEvents(
  events: ChainEvents,
  newSpan: Int32Array,
  numberOf: (old: number) => number,
): ChainEvents {
  const kept = Int32Array.from([...events.span.keys()].filter((event) => newSpan[events.span[event]!]! >= 0))
  return {
    span: pick(events.span, kept).map((span) => newSpan[span]!),
    name: pick(events.name, kept).map(numberOf),
    atNs: pick(events.atNs, kept),
    text: pick(events.text, kept),
  }
}

type Kept = NonNullable<ChainData['kept']>

function isHere({ span, log }: Kept, newSpan: Int32Array, newLog: Int32Array): boolean {
  return (span < 0 || newSpan[span]! >= 0) && (log < 0 || newLog[log]! >= 0)
}

function moved({ reason, span, log }: Kept, newSpan: Int32Array, newLog: Int32Array): Kept {
  return { reason, span: newSpan[span] ?? -1, log: newLog[log] ?? -1 }
}

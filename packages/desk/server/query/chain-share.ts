import type { ChainData, Shared, ShareSummary, SpanDetail } from '../../api/index.ts'
import { type ChainRecord, chooseRecords, type KeptRecords, keepRecords } from '../../chain/index.ts'
import { readChain } from './chain.ts'
import { knowTraces } from './chain-traces.ts'
import { readLog, readSpan } from './details.ts'
import { inertJson } from './inert-json.ts'
import type { OpenSegments } from './open-segments.ts'
import { toRef } from './parameters.ts'
import { type ChainRedactor, createChainRedactor } from './redact-chain.ts'

/** Of the rows in a file, and of the details in it. The page that shows them comes on top. */
const maxRowBytes = 8 * 1024 * 1024
const maxDetailBytes = 8 * 1024 * 1024
/** What a row takes beside its texts: ids, times, commas. */
const plainRowBytes = 120

const encoder = new TextEncoder()
const bytesOf = (json: string): number => encoder.encode(json).length

/**
 * A chain with all that is known of its records, for a file: on the first line its {@link ShareSummary}, on the second
 * a {@link SharedChain}, both as JSON that is harmless in HTML.
 */
export function chainShare(segments: OpenSegments, traceId: string, redacts: boolean): Uint8Array {
  const whole = readChain(knowTraces(segments), traceId)
  const kept = chooseRecords(whole, maxRowBytes, rowSizes(whole))
  const redactor = redacts ? createChainRedactor(whole) : undefined
  const details = readDetails(segments, whole, kept, redactor)
  const data = keepRecords(whole, kept)
  const summary: ShareSummary = {
    traceId,
    spans: data.spans.ref.length,
    lines: data.logs.ref.length,
    leftOut: { records: data.moreRecords, details: details.leftOut },
    redacted: redactor?.count() ?? null,
  }
  const head = inertJson(summary)
  return encoder.encode(`${head}\n{"summary":${head},"data":${inertJson(data)},${details.json}}`)
}

/** How many bytes a record's row takes in the file. */
function rowSizes({ spans, logs, events, texts }: ChainData): (record: ChainRecord) => number {
  const facts = new Map(spans.facts)
  const ofEvents = new Map<number, number>()
  events.span.forEach((span, event) => {
    const size = plainRowBytes + bytesOf(inertJson([texts[events.name[event]!], events.text[event]]))
    ofEvents.set(span, (ofEvents.get(span) ?? 0) + size)
  })
  return ({ kind, index }) => {
    if (kind === 'log') return plainRowBytes + bytesOf(inertJson([logs.text[index], logs.fields[index]]))
    const own = bytesOf(inertJson([texts[spans.name[index]!], facts.get(index)]))
    return plainRowBytes + own + (ofEvents.get(index) ?? 0)
  }
}

type Details = { json: string; leftOut: number }

/** Of the records that are kept, in their order, as many as there is room for. With a redactor the rows become clean, too. */
function readDetails(
  segments: OpenSegments,
  whole: ChainData,
  { records, spans, logs }: KeptRecords,
  redactor: ChainRedactor | undefined,
): Details {
  const newIndex = { span: placesOf(spans), log: placesOf(logs) }
  const list = createDetailList()
  for (const { kind, index } of records) {
    // Nobody may wait any more, or the time of a query may be over.
    segments.stop.check(0)
    const place = newIndex[kind].get(index)!
    if (redactor === undefined && list.isFull()) list.leaveOut()
    else if (kind === 'span') {
      const span = readSpan(segments, toRef(whole.spans.ref[index]!))
      list.add('spans', place, redactor?.span(index, span) ?? span)
    } else {
      const log = readLog(segments, toRef(whole.logs.ref[index]!))
      list.add('logs', place, redactor?.log(index, log) ?? { ...log, pattern: 0 })
    }
  }
  return list.end()
}

function placesOf(kept: Int32Array): ReadonlyMap<number, number> {
  return new Map(Array.from(kept, (old, place) => [old, place]))
}

type Detail = Pick<SpanDetail, 'ref' | 'resource' | 'scope'>

/** After so many that had no room there is none: what is left would not be worth the reading. */
const mostMisses = 100

/** Details as JSON, each as soon as it is there: all at once would be in memory twice. */
function createDetailList() {
  const resources = createNumbers()
  const scopes = createNumbers()
  const parts = { spans: [] as string[], logs: [] as string[] }
  let left = maxDetailBytes
  let misses = 0
  let leftOut = 0
  return {
    isFull: () => misses >= mostMisses,
    leaveOut: () => void leftOut++,
    add(kind: keyof typeof parts, place: number, { ref: _, resource, scope, ...detail }: Detail) {
      const [ofResource, ofScope] = [resources.find(resource), scopes.find(scope)]
      const shared: Shared<Detail> = { ...detail, resource: ofResource.number, scope: ofScope.number }
      const json = inertJson([place, shared])
      const size = 1 + bytesOf(json) + ofResource.newBytes + ofScope.newBytes
      if (size > left) {
        misses++
        leftOut++
        return
      }
      left -= size
      resources.keep(ofResource)
      scopes.keep(ofScope)
      parts[kind].push(json)
    },
    end(): Details {
      const lists = { resources: resources.list, scopes: scopes.list, ...parts }
      const json = Object.entries(lists).map(([name, list]) => `"${name}":[${list.join(',')}]`)
      return { json: json.join(','), leftOut }
    },
  }
}

type Found = { json: string; number: number; newBytes: number }

/** Numbers of what many records share. One is only kept when its record is. */
function createNumbers() {
  const list: string[] = []
  const numbers = new Map<string, number>()
  return {
    list,
    find(value: object): Found {
      const json = inertJson(value)
      const known = numbers.get(json)
      return { json, number: known ?? list.length, newBytes: known === undefined ? 1 + bytesOf(json) : 0 }
    },
    keep({ json, number, newBytes }: Found): void {
      if (newBytes === 0) return
      numbers.set(json, number)
      list.push(json)
    },
  }
}

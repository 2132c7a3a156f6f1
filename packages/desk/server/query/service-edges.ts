import { attributeText, databaseOf } from '@clew/otlp/text'
import type { Fields } from '../../api/chain.ts'
import type { ServiceEdge } from '../../api/services.ts'
import { kindClient, kindConsumer, kindProducer, kindServer } from '../../chain/model.ts'

/** Ids of spans are random enough to be told apart across traces. `parentId` may be that of a linked span. */
export type SeenSpan = {
  id: string
  parentId: string
  ms: number
  kind: number
  failed: boolean
  service: string
  instance: string
  attributes: string
}

type EdgeCounts = Omit<ServiceEdge, 'p95Ms'> & { times: number[] }

/** Who calls whom, the most frequent first. `goOn` is asked now and then, and may throw. */
export function edgesOf(spans: readonly SeenSpan[], goOn: () => void): ServiceEdge[] {
  const seen = lookUpSpans(spans, goOn)
  const edges = new Map<string, EdgeCounts>()
  for (const [index, span] of spans.entries()) {
    if (index % spansPerQuestion === 0) goOn()
    for (const edge of [inwardEdge(span, seen), seen.answered.has(span.id) ? undefined : outwardEdge(span)]) {
      if (edge === undefined) continue
      const key = JSON.stringify(edge)
      const counts = edges.get(key) ?? { ...edge, count: 0, failed: 0, times: [] }
      counts.count++
      if (span.failed) counts.failed++
      counts.times.push(span.ms)
      edges.set(key, counts)
    }
  }
  return [...edges.values()]
    .map(({ times, ...edge }) => ({
      ...edge,
      p95Ms:
        percentile(
          times.toSorted((a, b) => a - b),
          0.95,
        ) ?? 0,
    }))
    .toSorted((a, b) => b.count - a.count)
}

const spansPerQuestion = 1024

type Seen = {
  /** What caused a span, where that is told by this span: of a service that made no server's span by its first span alone. */
  causes: ReadonlyMap<SeenSpan, SeenSpan>
  /** Calls of which the other side is here. */
  answered: ReadonlySet<string>
}

function lookUpSpans(spans: readonly SeenSpan[], goOn: () => void): Seen {
  const byId = new Map(spans.map((span) => [span.id, span]))
  const causes = new Map<SeenSpan, SeenSpan>()
  const [passed, answered, told] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const note = (span: SeenSpan, cause: SeenSpan) => {
    causes.set(span, cause)
    answered.add(callAbove(cause, byId).id)
    told.add(`${cause.id} ${span.service}`)
  }
  for (const [index, span] of spans.entries()) {
    if (index % spansPerQuestion === 0) goOn()
    if (!isEntry(span)) continue
    answered.add(span.parentId)
    const cause = causeOf(span, byId, passed)
    if (cause !== undefined) note(span, cause)
  }
  // The newest come first, and what a caller caused first is its entry.
  for (const span of spans.toReversed()) {
    const cause = byId.get(span.parentId)
    if (cause === undefined || isEntry(span) || cause.service === span.service) continue
    if (!passed.has(span.id) && !told.has(`${cause.id} ${span.service}`)) note(span, cause)
  }
  return { causes, answered }
}

const isEntry = ({ kind }: SeenSpan): boolean => kind === kindServer || kind === kindConsumer
/** Neither internal nor without a kind. */
const isOfCall = ({ kind }: SeenSpan): boolean => kind >= kindServer

/** Spans that are climbed at most: where parents go in circles it ends. */
const maxSteps = 100

/** What a server's or consumer's span was caused by, above spans of its own service that say nothing of calls. */
function causeOf(
  span: SeenSpan,
  byId: ReadonlyMap<string, SeenSpan>,
  passed: Set<string>,
): SeenSpan | undefined {
  const between: string[] = []
  let above = byId.get(span.parentId)
  while (above !== undefined && !isOfCall(above) && above.service === span.service) {
    if (between.push(above.id) > maxSteps) return undefined
    above = byId.get(above.parentId)
  }
  // A job may as well have been made by such a span itself.
  if (span.kind === kindConsumer && above?.kind !== kindProducer) return byId.get(span.parentId)
  for (const id of between) passed.add(id)
  return above
}

/** The call that a span lies in, of the same service; the span itself where there is none. */
function callAbove(span: SeenSpan, byId: ReadonlyMap<string, SeenSpan>): SeenSpan {
  let above: SeenSpan | undefined = span
  for (let step = 0; above?.service === span.service && step < maxSteps; step++) {
    if (isOfCall(above)) return above
    above = byId.get(above.parentId)
  }
  return span
}

type Edge = Pick<ServiceEdge, 'from' | 'to' | 'kind' | 'label'>

/** Who caused what a span does. */
function inwardEdge(span: SeenSpan, { causes }: Seen): Edge | undefined {
  const cause = causes.get(span)
  if (cause === undefined) return undefined
  const [from, to] = [cause.service, span.service]
  if (span.kind === kindConsumer) return { from, to, kind: 'queue', label: queueOf(span) }
  if (from === to) return undefined
  const isJob = cause.kind === kindProducer && span.kind !== kindServer
  return isJob ? { from, to, kind: 'queue', label: queueOf(cause) } : { from, to, kind: 'call', label: '' }
}

/** A call of which nothing came from the other side: to a database, a queue that nobody reads or a foreign host. */
function outwardEdge(span: SeenSpan): Edge | undefined {
  const { kind, service } = span
  if (kind !== kindClient && kind !== kindProducer) return undefined
  const attributes = JSON.parse(span.attributes) as Fields
  const database = databaseOf(attributes)
  if (database !== undefined) {
    const to = attributeText(attributes['db.namespace'] ?? attributes['db.name']) ?? database
    return {
      from: service,
      to: to === database ? to : `${database} ${to}`,
      kind: 'database',
      label: database,
    }
  }
  if (kind === kindProducer) return { from: service, to: queueOf(span), kind: 'queue', label: queueOf(span) }
  const host = attributeText(attributes['server.address'] ?? attributes['net.peer.name'])
  return host === undefined
    ? undefined
    : { from: service, to: withPort(host, attributes), kind: 'call', label: '' }
}

function withPort(host: string, attributes: Fields): string {
  const port = attributeText(attributes['server.port'] ?? attributes['net.peer.port'])
  return port === undefined ? host : `${host}:${port}`
}

function queueOf({ attributes }: SeenSpan): string {
  return attributeText((JSON.parse(attributes) as Fields)['messaging.destination.name']) ?? ''
}

/** The value below which a share of the sorted values lies (nearest rank); null of none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}

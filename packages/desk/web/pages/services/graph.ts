import { addFilter, printSearch } from '@clew/search'
import type { ServiceEdge, ServiceMap } from '../../../api/index.ts'
import { hrefOf, type Params } from '../../url.ts'

export type NodeKind = 'service' | 'queue' | 'database' | 'host'
/** `host`: something that was called and sends no spans. */
export type GraphNode = { id: string; kind: NodeKind; name: string }
export type GraphLink = Pick<ServiceEdge, 'kind' | 'count' | 'failed' | 'p95Ms'> & {
  from: string
  to: string
}
export type Graph = { nodes: GraphNode[]; links: GraphLink[] }

/** The map as nodes and links, both in a fixed order. A queue stands between those who send and those who receive. */
export function graphOf({ services, edges }: ServiceMap): Graph {
  const nodes = new Map<string, GraphNode>()
  const links = new Map<string, GraphLink>()
  const node = (kind: NodeKind, name: string): string => {
    const id = `${kind} ${name}`
    if (!nodes.has(id)) nodes.set(id, { id, kind, name })
    return id
  }
  const known = new Set(services.map(({ name }) => name))
  for (const { name } of services) node('service', name)
  for (const edge of edges) {
    for (const [from, to] of stepsOf(edge, known, node)) addLink(links, { ...edge, from, to })
  }
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
  const byEnds = (a: GraphLink, b: GraphLink) => (keyOf(a) < keyOf(b) ? -1 : 1)
  return { nodes: [...nodes.values()].toSorted(byId), links: [...links.values()].toSorted(byEnds) }
}

function stepsOf(
  { from, to, kind, label }: ServiceEdge,
  known: ReadonlySet<string>,
  node: (kind: NodeKind, name: string) => string,
): [from: string, to: string][] {
  const start = node('service', from)
  if (kind === 'database') return [[start, node('database', to)]]
  if (kind === 'queue' && label !== '') {
    const queue = node('queue', label)
    const isRead = to !== label && known.has(to)
    return isRead
      ? [
          [start, queue],
          [queue, node('service', to)],
        ]
      : [[start, queue]]
  }
  return [[start, node(known.has(to) ? 'service' : 'host', to)]]
}

/** Links of the same ends are one; of its times the longest says most. */
function addLink(links: Map<string, GraphLink>, { from, to, kind, count, failed, p95Ms }: GraphLink): void {
  const key = keyOf({ from, to })
  const other = links.get(key)
  links.set(key, {
    from,
    to,
    kind: other?.kind ?? kind,
    count: count + (other?.count ?? 0),
    failed: failed + (other?.failed ?? 0),
    p95Ms: Math.max(p95Ms, other?.p95Ms ?? 0),
  })
}

function keyOf({ from, to }: Pick<GraphLink, 'from' | 'to'>): string {
  return JSON.stringify([from, to])
}

/** The address of the chains that a node has part in. `time`: `from` and `to` of the page. */
export function chainsOf({ kind, name }: Pick<GraphNode, 'kind' | 'name'>, time: Params): string {
  return hrefOf('/chains', { q: searchOf(kind, name), ...time })
}

function searchOf(kind: GraphNode['kind'], name: string): string {
  if (kind === 'service' || kind === 'queue') return addFilter('', kind, name, false)
  // "postgresql shop": the system, and after it the database where one was told.
  const [system, ...rest] = name.split(' ')
  const database = rest.join(' ')
  if (kind === 'host') return equalAny(['server.address', 'net.peer.name'], name.replace(/:\d+$/, ''))
  return database === ''
    ? equalAny(['db.system.name', 'db.system'], system ?? '')
    : equalAny(['db.namespace', 'db.name'], database)
}

/** Names of attributes before and after they became stable. */
function equalAny(keys: string[], value: string): string {
  return printSearch({
    kind: 'any',
    parts: keys.map((key) => ({ kind: 'attribute', key, match: { kind: 'equal', value } })),
  })
}

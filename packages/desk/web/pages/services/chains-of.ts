import { addFilter, printSearch } from '@clew/search'
import { hrefOf, type Params } from '../../url.ts'
import type { GraphNode } from './graph.ts'

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

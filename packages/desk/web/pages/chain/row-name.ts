import { type Chain, kindOf } from '../../../chain/index.ts'

/**
 * The name of a row in an address: the id of its span, `log-` and the reference of its line, or its kind and the span that
 * it belongs to. It stays the same while the chain grows.
 */
export function rowName(chain: Chain, node: number): string {
  const { source, data, groups, lost, notes } = chain
  const index = source[node]!
  const spanId = (span: number) => data.spans.spanId[span] ?? ''
  switch (kindOf(chain, node)) {
    case 'span':
      return spanId(index)
    case 'log':
      return `log-${data.logs.ref[index]}`
    case 'event':
      return `event-${spanId(data.events.span[index]!)}-${index - firstEvent(chain, data.events.span[index]!)}`
    case 'wait':
      return `wait-${spanId(index)}`
    case 'group':
      return `group-${spanId(groups[index]!.first)}`
    case 'lost':
      return `lost-${lost[index]!.spanId}`
    case 'note':
      return `${notes[index]!.absent ? 'absent' : 'note'}-${spanId(notes[index]!.span)}`
  }
}

/** The row of a name; −1: the chain has none. Of spans with the same id it is the first. */
export function findRow(
  chain: Chain,
  name: string,
  spanOf: (id: string) => number = (id) => chain.data.spans.spanId.indexOf(id),
): number {
  const { data, nodeOfSpan, nodeOfLog, nodeOfEvent, kind, parent, groups } = chain
  const [, what = 'span', rest = ''] = /^(?:(log|event|wait|group|lost|note|absent)-)?(.+)$/s.exec(name) ?? []
  if (what === 'log') return nodeOfLog[data.logs.ref.indexOf(rest)] ?? -1
  if (what === 'lost') return nodeOf(chain, 'lost', (index) => chain.lost[index]!.spanId === rest)
  const [id = '', place = '0'] = rest.split('-')
  const span = spanOf(id)
  if (span < 0) return -1
  const node = nodeOfSpan[span]!
  switch (what) {
    case 'event':
      return nodeOfEvent[ownEvent(chain, span, Number(place))] ?? -1
    case 'wait':
      return node > 0 && kindOf(chain, node - 1) === 'wait' ? node - 1 : -1
    case 'group':
      return groups.some(({ first }) => first === span) && kind[node] !== undefined ? parent[node]! : -1
    case 'note':
    case 'absent':
      return nodeOf(chain, 'note', (index) => {
        const note = chain.notes[index]!
        return note.span === span && note.absent === (what === 'absent')
      })
    default:
      return node
  }
}

/** The rows of several names, those that the chain has. */
export function findRows(chain: Chain, names: readonly string[]): number[] {
  if (names.length === 0) return []
  const spans = new Map<string, number>()
  for (const [span, id] of chain.data.spans.spanId.entries()) if (!spans.has(id)) spans.set(id, span)
  return names.map((name) => findRow(chain, name, (id) => spans.get(id) ?? -1)).filter((node) => node >= 0)
}

function firstEvent({ data }: Chain, span: number): number {
  return data.events.span.indexOf(span)
}

function ownEvent(chain: Chain, span: number, place: number): number {
  const event = firstEvent(chain, span) + place
  return chain.data.events.span[event] === span ? event : -1
}

function nodeOf(chain: Chain, kind: 'lost' | 'note', isIt: (index: number) => boolean): number {
  for (let node = 0; node < chain.count; node++)
    if (kindOf(chain, node) === kind && isIt(chain.source[node]!)) return node
  return -1
}

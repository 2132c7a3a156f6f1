import { allOf, parseSearch, partsOf, printSearch, type Search } from '@clew/search'

export const slowerThan = ['100ms', '1s', '10s'] as const

/** What of a search the controls of the page show and change; the rest of it is only the reader's. */
export type QuickFilters = {
  /** One of {@link slowerThan} or another duration; "" for none. */
  slower: string
  service: string
}

/** The quick filters in a search; a text that is no search has none. */
export function readQuickFilters(text: string): QuickFilters {
  const parts = conditionsOf(text)
  const duration = parts.find(isSlower)
  const service = parts.find(isService)
  return {
    slower: duration === undefined ? '' : printSearch(duration).slice('dur>'.length),
    service: service?.kind === 'field' && service.match.kind === 'equal' ? service.match.value : '',
  }
}

/** The search with only chains that last longer than `slower`, or with all for "". */
export function withSlower(text: string, slower: string): string {
  return replace(text, isSlower, slower === '' ? [] : conditionsOf(`dur>${slower}`))
}

/** The search with only chains of a service, or of all for "". */
export function withService(text: string, service: string): string {
  const match = { kind: 'equal', value: service } as const
  return replace(text, isService, service === '' ? [] : [{ kind: 'field', key: 'service', match }])
}

type Is = (part: Search) => boolean

const isSlower: Is = (part) => part.kind === 'duration' && part.compare === '>'
const isService: Is = (part) => part.kind === 'field' && part.key === 'service' && part.match.kind === 'equal'

function conditionsOf(text: string): Search[] {
  const { tree } = parseSearch(text)
  return tree ? partsOf(tree) : []
}

/** A search with other conditions in place of some of its own. A text that is no search is kept before them. */
function replace(text: string, is: Is, wanted: Search[]): string {
  const { tree } = parseSearch(text)
  const rest = tree ? partsOf(tree).filter((part) => !is(part)) : []
  const changed = printSearch(allOf([...rest, ...wanted]))
  return tree === undefined ? `${text.trim()} ${changed}`.trim() : changed
}

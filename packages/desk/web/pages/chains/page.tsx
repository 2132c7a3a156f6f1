import { useEffect } from 'preact/hooks'
import type { Failure } from '../../api-client.ts'
import { EmptyState, Problem } from '../../components/page.tsx'
import { searchProblem } from '../../components/search-box.tsx'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { ChainRows } from './chain-rows.tsx'
import { Filters } from './filters.tsx'
import { NoChains } from './no-chains.tsx'
import { type AskedChains, useChainList } from './use-chain-list.ts'
import './chains.css'

/** The call chains that arrived, as they arrive. */
export function ChainsPage() {
  const order = param('order').value === 'slow' ? 'slow' : 'recent'
  const asked = useChainList({
    q: param('q').value,
    from: param('from').value,
    to: param('to').value,
    order,
  })
  useSearchProblem(asked.failure)
  return (
    <div class="chains">
      <Filters shown={asked.list?.chains ?? []} />
      <Content asked={asked} />
    </div>
  )
}

function Content({ asked }: { asked: AskedChains }) {
  const { list, failure, reload } = asked
  const { loading, badSearch } = words.value.chains
  if (failure?.code === 'invalid') return <EmptyState title={badSearch} />
  if (failure) return <Problem failure={failure} onRetry={reload} />
  if (list === undefined) {
    return (
      <p class="chains-loading muted" role="status">
        {loading}
      </p>
    )
  }
  return list.chains.length === 0 ? <NoChains /> : <ChainRows asked={asked} list={list} />
}

function useSearchProblem(failure: Failure | undefined): void {
  const message = failure?.code === 'invalid' ? failure.message : ''
  useEffect(() => {
    searchProblem.value = message
    return () => {
      searchProblem.value = ''
    }
  }, [message])
}

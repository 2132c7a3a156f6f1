import { EmptyState, Problem, Title } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { route } from '../../url-state.ts'
import { OpenChain } from './open-chain.tsx'
import { useGrowingChain } from './use-growing-chain.ts'
import './chain.css'
import './timeline.css'
import './lane.css'
import './details.css'
import '../../record/record.css'

/** One call chain: spans and lines in one timeline. */
export function ChainPage() {
  const current = route.value
  return current.page === 'chain' ? <OneChain key={current.traceId} traceId={current.traceId} /> : null
}

function OneChain({ traceId }: { traceId: string }) {
  const { data, failure, reload } = useGrowingChain(traceId)
  const text = words.value.chain
  if (data) return <OpenChain data={data} />
  return (
    <div class="page">
      <Title>{text.title}</Title>
      {failure === undefined && (
        <p class="muted" role="status">
          {text.loading}
        </p>
      )}
      {failure?.code === 'not-found' && (
        <EmptyState title={text.notFound}>
          <p class="mono">{traceId}</p>
          <p>{text.notFoundMore}</p>
          <button type="button" onClick={reload}>
            {words.value.shell.retry}
          </button>
        </EmptyState>
      )}
      {failure && failure.code !== 'not-found' && <Problem failure={failure} onRetry={reload} />}
    </div>
  )
}

import { AnswerView } from '../../components/answer-view.tsx'
import { EmptyState, Problem, Title } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { route } from '../../url-state.ts'
import { OpenChain } from './open-chain.tsx'
import { useGrowingChain } from './use-growing-chain.ts'

/** One call chain: spans and lines in one timeline. */
export function ChainPage() {
  const current = route.value
  return current.page === 'chain' ? <OneChain key={current.traceId} traceId={current.traceId} /> : null
}

function OneChain({ traceId }: { traceId: string }) {
  const { data, failure, reload } = useGrowingChain(traceId)
  const answer = data ? { value: data } : failure && { failure }
  return (
    <AnswerView
      asked={{ answer, loading: answer === undefined, isOld: false, reload }}
      failed={({ code }) => (
        <div class="page">
          <Title>{words.value.chain.title}</Title>
          {code === 'not-found' ? (
            <NotFound traceId={traceId} reload={reload} />
          ) : (
            <Problem failure={failure!} onRetry={reload} />
          )}
        </div>
      )}
    >
      {(chain) => <OpenChain data={chain} />}
    </AnswerView>
  )
}

function NotFound({ traceId, reload }: { traceId: string; reload(): void }) {
  const { notFound, notFoundMore } = words.value.chain
  return (
    <EmptyState title={notFound}>
      <p class="mono">{traceId}</p>
      <p>{notFoundMore}</p>
      <button type="button" onClick={reload}>
        {words.value.shell.retry}
      </button>
    </EmptyState>
  )
}

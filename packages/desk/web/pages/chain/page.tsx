import type { WarningRow } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { EmptyState, Problem, Title } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { param, route } from '../../url-state.ts'
import { OpenChain } from './open-chain.tsx'
import type { OriginWarning } from './raised.ts'
import { useGrowingChain } from './use-growing-chain.ts'

/** One call chain: spans and lines in one timeline. */
export function ChainPage() {
  const current = route.value
  return current.page === 'chain' ? <OneChain key={current.traceId} traceId={current.traceId} /> : null
}

function OneChain({ traceId }: { traceId: string }) {
  const { data, failure, reload } = useGrowingChain(traceId)
  const warning = useWarning()
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
      {(chain) => <OpenChain data={chain} warning={warning} />}
    </AnswerView>
  )
}

/** The early warning from which somebody came, by `warning` of the address. */
function useWarning(): OriginWarning {
  const id = param('warning').value
  const { answer, isOld } = useAnswer<WarningRow | null>(
    async (abort) => (id === '' ? { value: null } : api.warning(id, abort)),
    [id],
  )
  if (isOld) return
  return answer?.failure?.code === 'not-found' ? 'gone' : (answer?.value ?? undefined)
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

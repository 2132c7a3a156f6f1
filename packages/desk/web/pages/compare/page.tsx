import { api, type Failure, useAnswer } from '../../api-client.ts'
import { EmptyState, Problem, Title } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { route } from '../../url-state.ts'
import { Comparison } from './comparison.tsx'
import '../chain/timeline.css'
import './compare.css'

/** Two chains side by side. */
export function ComparePage() {
  const current = route.value
  if (current.page !== 'compare') return null
  const { a, b } = current
  return <TwoChains key={`${a} ${b}`} a={a} b={b} />
}

function TwoChains({ a, b }: { a: string; b: string }) {
  const ofA = useAnswer((abort) => api.chain(a, abort), [a])
  const ofB = useAnswer((abort) => api.chain(b, abort), [b])
  const text = words.value.compare
  if (ofA.answer?.value && ofB.answer?.value) return <Comparison a={ofA.answer.value} b={ofB.answer.value} />
  const lost = [
    { which: `A ${a}`, ...ofA },
    { which: `B ${b}`, ...ofB },
  ].find(({ answer }) => answer?.failure)
  return (
    <div class="page">
      <Title>{text.title}</Title>
      {lost?.answer?.failure ? (
        <Lost which={lost.which} failure={lost.answer.failure} onRetry={lost.reload} />
      ) : (
        <p class="muted" role="status">
          {text.loading}
        </p>
      )}
    </div>
  )
}

function Lost({ which, failure, onRetry }: { which: string; failure: Failure; onRetry(): void }) {
  if (failure.code !== 'not-found') return <Problem failure={failure} onRetry={onRetry} />
  return (
    <EmptyState title={words.value.compare.notFound(which)}>
      <p>{words.value.chain.notFoundMore}</p>
      <button type="button" onClick={onRetry}>
        {words.value.shell.retry}
      </button>
    </EmptyState>
  )
}

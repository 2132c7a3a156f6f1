import { safeText } from '@clew/otlp/text'
import { searchParts } from '@clew/search'
import { WithoutErrorsOnly } from '../../components/errors-only.tsx'
import { FirstRun, isFirstRun } from '../../components/first-run.tsx'
import { EmptyState } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'
import { searchFor } from './filters.tsx'

/** Nothing was found: what to try. */
export function NoLines() {
  const { empty } = words.value.logs
  const parts = searchParts(param('q').value)
  const isBounded = param('from').value !== '' || param('to').value !== ''
  if (isFirstRun()) return <FirstRun title={empty.nothing} />
  return (
    <EmptyState title={empty.title}>
      <WithoutErrorsOnly />
      {isBounded && (
        <button type="button" onClick={() => setParams({ from: undefined, to: undefined }, 'push')}>
          {empty.allTime}
        </button>
      )}
      {parts.map(({ part, without }) => (
        <button key={part} type="button" onClick={() => searchFor(without)}>
          {empty.without} <code>{safeText(part)}</code>
        </button>
      ))}
      {parts.length > 0 && <p class="muted">{empty.hint}</p>}
    </EmptyState>
  )
}

import { WithoutErrorsOnly } from '../../components/errors-only.tsx'
import { FirstRun, isFirstRun } from '../../components/first-run.tsx'
import { EmptyState } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { isErrorsOnly } from '../../search-of-page.ts'
import { param, setParams } from '../../url-state.ts'

/** Why the list is empty, and what to do about it. */
export function NoChains() {
  const { firstRun, none } = words.value.chains
  if (isFirstRun()) return <FirstRun title={firstRun} />
  const isSearch = param('q').value !== '' || isErrorsOnly()
  const isInTime = param('from').value !== '' || param('to').value !== ''
  return (
    <EmptyState title={none.title}>
      <p>{isSearch ? none.fewer : isInTime ? none.longer : none.wait}</p>
      <div class="chains-remedies">
        <WithoutErrorsOnly />
        {param('q').value !== '' && (
          <button type="button" onClick={() => setParams({ q: undefined }, 'push')}>
            {none.clear}
          </button>
        )}
        {isInTime && (
          <button type="button" onClick={() => setParams({ from: undefined, to: undefined }, 'push')}>
            {none.allTime}
          </button>
        )}
      </div>
    </EmptyState>
  )
}

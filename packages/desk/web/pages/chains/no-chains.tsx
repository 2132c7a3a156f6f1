import { deskStatus, recordsOf } from '../../components/desk-status.tsx'
import { EmptyState } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'

/** Why the list is empty, and what to do about it. */
export function NoChains() {
  const { firstRun, none } = words.value.chains
  if (deskStatus.value?.value && recordsOf(deskStatus.value) === 0) {
    return (
      <EmptyState title={firstRun.title}>
        <p>{firstRun.text}</p>
        <a class="button" href="/start">
          {firstRun.link}
        </a>
      </EmptyState>
    )
  }
  const isSearch = param('q').value !== ''
  const isInTime = param('from').value !== '' || param('to').value !== ''
  return (
    <EmptyState title={none.title}>
      <p>{isSearch ? none.fewer : isInTime ? none.longer : none.wait}</p>
      <div class="chains-remedies">
        {isSearch && (
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

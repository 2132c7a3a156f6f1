import { safeText } from '@clew/otlp/text'
import { searchParts } from '@clew/search'
import { deskStatus, recordsOf } from '../../components/desk-status.tsx'
import { EmptyState } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'
import { searchFor } from './filters.tsx'

/** Nothing was found: what to try. */
export function NoLines() {
  const { empty } = words.value.logs
  const parts = searchParts(param('q').value)
  const isBounded = param('from').value !== '' || param('to').value !== ''
  if (recordsOf(deskStatus.value) === 0)
    return (
      <EmptyState title={empty.nothing}>
        <a href="/start">{empty.connect}</a>
      </EmptyState>
    )
  return (
    <EmptyState title={empty.title}>
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

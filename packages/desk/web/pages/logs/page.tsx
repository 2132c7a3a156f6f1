import { parseSearch } from '@clew/search'
import { EmptyState, Title } from '../../components/page.tsx'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { AroundView } from './around-view.tsx'
import { searchFor } from './filters.tsx'
import { SearchView } from './search-view.tsx'
import './logs.css'
import './histogram.css'
import './facets.css'
import '../../record/record.css'

export function LogsPage() {
  const around = param('around').value
  const { problem } = parseSearch(param('q').value)
  if (around) return <AroundView key={around} line={around} />
  return problem ? <Unreadable /> : <SearchView />
}

/** A search with a mistake is not asked for; the search box marks the place. */
function Unreadable() {
  const { title, unreadable } = words.value.logs
  return (
    <div class="page">
      <Title>{title}</Title>
      <EmptyState title={unreadable.title}>
        <button type="button" onClick={() => searchFor('')}>
          {unreadable.clear}
        </button>
      </EmptyState>
    </div>
  )
}

import './logs.css'
import { param } from '../../url-state.ts'
import { AroundView } from './around-view.tsx'
import { SearchView } from './search-view.tsx'

export function LogsPage() {
  const around = param('around').value
  return around ? <AroundView key={around} line={around} /> : <SearchView />
}

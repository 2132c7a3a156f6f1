import { safeText } from '@clew/otlp/text'
import { addFilter, hasFilter, removeFilter } from '@clew/search'
import { Icon } from '../../components/icon.tsx'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'

/** Searches for lines with `key:value`, or, when `negative`, without; a condition that is there is taken away. */
export function toggleFilter(key: string, value: string, negative: boolean): void {
  const text = param('q').peek()
  const change = hasFilter(text, key, value, negative) ? removeFilter : addFilter
  searchFor(change(text, key, value, negative))
}

/** Shows the list of a search, also when lines around another are shown. */
export function searchFor(q: string): void {
  setParams({ q, around: undefined, count: undefined, service: undefined }, 'push')
}

/** Narrows the list to lines that have this attribute, or to those that have not. */
export function FilterButtons({ name, text }: { name: string; text: string }) {
  const { filterIn, filterOut } = words.value.record
  const shown = safeText(name)
  return (
    <>
      <FilterButton icon="with" label={filterIn(shown)} run={() => toggleFilter(name, text, false)} />
      <FilterButton icon="without" label={filterOut(shown)} run={() => toggleFilter(name, text, true)} />
    </>
  )
}

function FilterButton({ icon, label, run }: { icon: 'with' | 'without'; label: string; run: () => void }) {
  return (
    <button type="button" class="quiet" title={label} aria-label={label} onClick={run}>
      <Icon name={icon} />
    </button>
  )
}

import { safeText } from '../../../chain/index.ts'
import { Icon } from '../../components/icon.tsx'
import { words } from '../../i18n/words.ts'
import { toggleFilter } from './filter-by.ts'

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

import { TimeRange } from '../../components/time-range.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'
import { type Order, orders } from './pattern-list.ts'

type PatternsBarProps = {
  order: Order
  onlyNew: boolean
  /** Absent until they are known. */
  counts: { shown: number; fresh: number } | undefined
}

/** Since when patterns are looked at and count as new, and in which order they stand. */
export function PatternsBar({ order, onlyNew, counts }: PatternsBarProps) {
  const { only, counts: countsText, since } = words.value.patterns
  return (
    <div class="patterns-bar">
      <TimeRange label={since} />
      <label>
        <input type="checkbox" checked={onlyNew} onChange={() => toggleOnlyNew(onlyNew)} />
        {only} <span class="number muted patterns-fresh">{counts && formatCount(counts.fresh)}</span>
      </label>
      <OrderChoice order={order} />
      <span class="muted number">{counts && countsText(counts.shown)}</span>
    </div>
  )
}

/** What is new is so since a time: a day when none was chosen. */
export function toggleOnlyNew(onlyNew: boolean): void {
  const from = param('from').peek() || '-24h'
  setParams(onlyNew ? { new: undefined } : { new: 1, from }, 'push')
}

function OrderChoice({ order }: { order: Order }) {
  const { orders: names, order: label } = words.value.patterns
  return (
    <label>
      {label}
      <select value={order} onChange={(event) => setParams({ sort: event.currentTarget.value }, 'replace')}>
        {orders.map((one) => (
          <option key={one} value={one}>
            {names[one]}
          </option>
        ))}
      </select>
    </label>
  )
}

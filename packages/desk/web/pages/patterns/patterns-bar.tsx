import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'
import { type Order, orders } from './pattern-list.ts'

const since = ['-15m', '-1h', '-24h', '-7d'] as const

type PatternsBarProps = { order: Order; onlyNew: boolean; count: number; newCount: number }

/** Since when patterns are looked at and count as new, and in which order they stand. */
export function PatternsBar({ order, onlyNew, count, newCount }: PatternsBarProps) {
  const { only, counts } = words.value.patterns
  return (
    <div class="patterns-bar">
      <Since />
      <label>
        <input type="checkbox" checked={onlyNew} onChange={() => toggleOnlyNew(onlyNew)} />
        {only} <span class="number muted">{formatCount(newCount)}</span>
      </label>
      <OrderChoice order={order} />
      <span class="muted number">{counts(count)}</span>
    </div>
  )
}

/** What is new is so since a time: a day when none was chosen. */
export function toggleOnlyNew(onlyNew: boolean): void {
  const from = param('from').peek() || '-24h'
  setParams(onlyNew ? { new: undefined } : { new: 1, from }, 'push')
}

function Since() {
  const [from, to] = [param('from').value, param('to').value]
  const { since: label } = words.value.patterns
  const { range } = words.value.shell
  const isKnown = to === '' && (from === '' || since.some((one) => one === from))
  return (
    <label>
      {label}
      <select
        value={isKnown ? from : 'chosen'}
        onChange={(event) => setParams({ from: event.currentTarget.value, to: undefined }, 'push')}
      >
        {!isKnown && <option value="chosen">{range.chosen}</option>}
        {since.map((one) => (
          <option key={one} value={one}>
            {range[one]}
          </option>
        ))}
        <option value="">{range.all}</option>
      </select>
    </label>
  )
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

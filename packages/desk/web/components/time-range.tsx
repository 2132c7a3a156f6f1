import { words } from '../i18n/words.ts'
import { param, setParams } from '../url-state.ts'

/** Spans of time up to now, the shortest first. */
export const timeRanges = ['-15m', '-1h', '-24h', '-7d'] as const

/** Chooses the span of time of the page: `from` and `to` of the address; see `timeBounds`. `label` is shown before it. */
export function TimeRange({ label }: { label?: string }) {
  const from = param('from').value
  const to = param('to').value
  const { range } = words.value.shell
  const isAll = from === '' && to === ''
  const known = isAll || (to === '' && timeRanges.some((one) => one === from))
  return (
    <label class="range">
      <span class={label === undefined ? 'unseen' : ''}>{label ?? range.label}</span>
      <select
        value={known ? from : 'chosen'}
        onChange={(event) => setParams({ from: event.currentTarget.value, to: undefined }, 'push')}
      >
        {!known && <option value="chosen">{range.chosen}</option>}
        {timeRanges.map((one) => (
          <option key={one} value={one}>
            {range[one]}
          </option>
        ))}
        <option value="">{range.all}</option>
      </select>
    </label>
  )
}

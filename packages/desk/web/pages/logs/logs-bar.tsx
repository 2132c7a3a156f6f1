import { ErrorsOnly } from '../../components/errors-only.tsx'
import { Icon } from '../../components/icon.tsx'
import { TimeRange } from '../../components/time-range.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { ExportMenu } from './export-menu.tsx'
import type { LogList } from './use-log-list.ts'
import type { LiveTail } from './use-tail.ts'

type LogsBarProps = { list: LogList; facetsShown: boolean; onFacets(): void }

/** What can be done with the whole list. */
export function LogsBar({ list, facetsShown, onFacets }: LogsBarProps) {
  const { live, facets } = words.value.logs
  const { isLive } = list
  return (
    <div class="logs-bar">
      <TimeRange />
      <ErrorsOnly />
      <button type="button" aria-pressed={isLive} title={`${live.title} (t)`} onClick={list.toggleLive}>
        <Icon name={isLive ? 'pause' : 'play'} /> {live.button}
      </button>
      {isLive && <TailState tail={list.tail} paused={list.paused} />}
      <span class="logs-space" />
      {list.rows.some(({ weight }) => weight !== undefined) && (
        <span class="muted">{words.value.logs.weight.unweighed}</span>
      )}
      <button type="button" aria-pressed={facetsShown} title={`${facets.title} (f)`} onClick={onFacets}>
        {facets.title}
      </button>
      <ExportMenu rows={list.rows} />
    </div>
  )
}

function TailState({ tail, paused }: { tail: LiveTail; paused: boolean }) {
  const { states, paused: pausedText, dropped } = words.value.logs.live
  const isOpen = tail.state === 'open'
  const name = isOpen && paused ? 'paused' : tail.state
  return (
    <span class={`tail tail-${name} muted`}>
      <span class="tail-dot" />
      <span role="status">{name === 'paused' ? pausedText : states[tail.state]}</span>
      {tail.dropped > 0 && <span class="severity-warn">{dropped(formatCount(tail.dropped))}</span>}
    </span>
  )
}

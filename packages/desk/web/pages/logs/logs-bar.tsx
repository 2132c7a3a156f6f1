import type { LogRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { TimeRange } from '../../components/time-range.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { ExportMenu } from './export-menu.tsx'
import type { LiveTail } from './use-tail.ts'

type LogsBarProps = {
  rows: readonly LogRow[]
  /** undefined: the list is not live. */
  tail: LiveTail | undefined
  paused: boolean
  onLive(): void
  facetsShown: boolean
  onFacets(): void
}

/** What can be done with the whole list. */
export function LogsBar({ rows, tail, paused, onLive, facetsShown, onFacets }: LogsBarProps) {
  const { live, facets } = words.value.logs
  return (
    <div class="logs-bar">
      <TimeRange />
      <button type="button" aria-pressed={tail !== undefined} title={`${live.title} (t)`} onClick={onLive}>
        <Icon name={tail === undefined ? 'play' : 'pause'} /> {live.button}
      </button>
      {tail && <TailState tail={tail} paused={paused} />}
      <span class="logs-space" />
      <button type="button" aria-pressed={facetsShown} title={`${facets.title} (f)`} onClick={onFacets}>
        {facets.title}
      </button>
      <ExportMenu rows={rows} />
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

import type { PatternPage } from '../../../api/index.ts'
import { formatDuration } from '../../../chain/duration.ts'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { trendPath } from './pattern-list.ts'

const height = 16

/** How often a pattern occurred over time, as bars; screen readers hear where it stood out. */
export function Trend({ trend, stepMs }: { trend: readonly number[]; stepMs: PatternPage['stepMs'] }) {
  const most = Math.max(0, ...trend)
  const label = words.value.patterns.trend(
    formatCount(most),
    formatDuration(stepMs * 1e6),
    formatDuration((trend.length - 1 - trend.lastIndexOf(most)) * stepMs * 1e6),
  )
  return (
    <svg
      class="trend"
      viewBox={`0 0 ${Math.max(1, trend.length)} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path d={trendPath(trend, height, 1.5)} />
    </svg>
  )
}

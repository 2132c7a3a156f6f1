import { formatDuration } from '@clew/otlp/text'
import type { PatternPage } from '../../../api/index.ts'
import { HighlightedText } from '../../components/telemetry.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { templatePieces, trendPath } from './pattern-list.ts'

/** A template with a quiet mark where it varies. */
export function Template({ text, marked = [] }: { text: string; marked?: readonly string[] }) {
  const { varies } = words.value.patterns
  return (
    <span class="template">
      {templatePieces(text).map((piece, at) =>
        piece === undefined ? (
          <span key={at} class="varies" title={varies}>
            <span aria-hidden="true">∗</span>
            <span class="unseen">{varies}</span>
          </span>
        ) : (
          <HighlightedText key={at} text={piece} words={marked} />
        ),
      )}
    </span>
  )
}

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

import { lowestSeverity } from '@clew/otlp/severity'
import type { Cluster, Lane } from './lane-geometry.ts'

/** From where to where a tick reaches in its row: the worse the longer, so that colour is not alone. A text is between them and the bottom. */
const tickHeights = { plain: [0, 4], warn: [0, 8], error: [0, 22] } as const

/** Lines that have no row of their own. One path for each band: a bar may stand for thousands of lines. */
export function TickMarks({ lane, ticks }: { lane: Lane; ticks: readonly Cluster[] }) {
  if (ticks.length === 0 || lane.width <= 0) return null
  return (
    <svg class="ticks" viewBox={`0 0 ${lane.width} 24`} preserveAspectRatio="none" aria-hidden="true">
      {(['plain', 'warn', 'error'] as const).map((band) => {
        const marks = ticks.filter(({ severity }) => tickBand(severity) === band)
        const [from, to] = tickHeights[band]
        const path = marks.map(({ x }) => `M${(x * lane.width).toFixed(1)} ${from}V${to}`).join('')
        return path && <path key={band} class={`tick-${band}`} d={path} />
      })}
    </svg>
  )
}

function tickBand(severity: number): keyof typeof tickHeights {
  if (severity >= lowestSeverity.error) return 'error'
  return severity >= lowestSeverity.warn ? 'warn' : 'plain'
}

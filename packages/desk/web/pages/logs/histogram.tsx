import { formatDuration } from '@clew/otlp/text'
import { hasFilter } from '@clew/search'
import { useRef, useState } from 'preact/hooks'
import type { LogHistogram } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { formatCompact, formatCount, formatSpan, formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'
import { toggleFilter } from './filters.tsx'
import { bandPaths, highestStep, type Step, stepCount, stepsBetween } from './histogram-bars.ts'
import { HistogramTable } from './histogram-table.tsx'

const height = 48
const least = 2

/** Steps from where it began to where it is now. */
type Choice = { from: number; at: number }

/** Lines over time by severity. A stretch of it can be chosen by pointer or keys and becomes the time of the page. */
export function Histogram({ histogram }: { histogram: LogHistogram }) {
  const [choice, setChoice] = useState<Choice>()
  const count = stepCount(histogram)
  const chosen = choice && choice.at < count && choice.from < count ? choice : undefined
  const step = chosen && stepsBetween(histogram, chosen.from, chosen.at)
  const all = stepsBetween(histogram, 0, count - 1)
  return (
    <figure class="histogram">
      <figcaption>
        <Legend step={step ?? all} />
        <span class="muted number">{step ? formatSpan(step) : caption(histogram)}</span>
      </figcaption>
      <Bars histogram={histogram} choice={chosen} onChoice={setChoice} />
      <div class="histogram-axis muted number" aria-hidden="true">
        <span>{formatStep(all.fromUnixMs)}</span>
        <span>{formatStep(all.toUnixMs)}</span>
      </div>
      <HistogramTable histogram={histogram} />
    </figure>
  )
}

function caption(histogram: LogHistogram): string {
  const { perStep, counted } = words.value.logs.histogram
  const text = perStep(formatCompact(highestStep(histogram)), formatDuration(histogram.stepMs * 1e6))
  if (histogram.counted === 'all') return text
  return `${counted[histogram.counted](formatCount(histogram.total))} ${text}`
}

function Legend({ step }: { step: Step }) {
  const { severity } = words.value.shell
  const q = param('q').value
  return (
    <ul class="legend">
      {step.counts.map(([band, count]) => (
        <li key={band} class={`severity-${band}`}>
          <button
            type="button"
            class="legend-band"
            aria-pressed={hasFilter(q, 'level', band, false)}
            onClick={(event) => toggleFilter('level', band, event.altKey)}
          >
            <span class={`legend-box fill-${band}`} />
            <Icon name={band} />
            {severity[band]} <b class="number">{formatCount(count)}</b>
          </button>
        </li>
      ))}
    </ul>
  )
}

type BarsProps = {
  histogram: LogHistogram
  choice: Choice | undefined
  onChoice(choice: Choice | undefined): void
}

function Bars({ histogram, choice, onChoice }: BarsProps) {
  const count = stepCount(histogram)
  const { label, hint, nothingChosen } = words.value.logs.histogram
  const step = choice && stepsBetween(histogram, choice.from, choice.at)
  const show = () => {
    if (step) setParams({ from: step.fromUnixMs, to: step.toUnixMs }, 'push')
    onChoice(undefined)
  }
  return (
    <div
      class="bars"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-describedby="histogram-hint"
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={choice?.at ?? 0}
      aria-valuetext={step ? describeStep(step) : nothingChosen}
      onKeyDown={(event) => {
        const next = pressedChoice(event, choice, count)
        if (event.key === 'Enter' && choice) show()
        else if (event.key === 'Escape' && choice) onChoice(undefined)
        else if (next) onChoice(next)
        else return
        event.preventDefault()
      }}
      onBlur={() => onChoice(undefined)}
      {...useDrag(count, choice, onChoice, show)}
    >
      <Drawing histogram={histogram} choice={choice} />
      <span id="histogram-hint" class="unseen">
        {hint}
      </span>
    </div>
  )
}

type OnBars = PointerEvent & { currentTarget: HTMLElement }

/** Moving the pointer shows a step; pressed, it chooses from there on. */
function useDrag(
  count: number,
  choice: Choice | undefined,
  onChoice: BarsProps['onChoice'],
  show: () => void,
) {
  const dragging = useRef(false)
  const stepAt = (event: OnBars) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * count)))
  }
  const leave = () => {
    dragging.current = false
    onChoice(undefined)
  }
  return {
    onPointerDown(event: OnBars) {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      dragging.current = true
      onChoice({ from: stepAt(event), at: stepAt(event) })
    },
    onPointerMove(event: OnBars) {
      const at = stepAt(event)
      onChoice({ from: dragging.current && choice ? choice.from : at, at })
    },
    onPointerUp() {
      if (dragging.current) show()
      dragging.current = false
    },
    onPointerCancel: leave,
    onPointerLeave: () => !dragging.current && leave(),
  }
}

function Drawing({ histogram, choice }: Pick<BarsProps, 'histogram' | 'choice'>) {
  return (
    <svg viewBox={`0 0 ${stepCount(histogram)} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {choice && (
        <rect
          class="bars-chosen"
          x={Math.min(choice.from, choice.at)}
          width={Math.abs(choice.from - choice.at) + 1}
          y={0}
          height={height}
        />
      )}
      {bandPaths(histogram, height, least).map(({ band, path }) => (
        <path key={band} class={`fill-${band}`} d={path} />
      ))}
    </svg>
  )
}

/** Arrows move, with shift they stretch. The first arrow begins at the newest step. */
function pressedChoice(event: KeyboardEvent, choice: Choice | undefined, count: number): Choice | undefined {
  const now = choice?.at ?? count
  const moves: Record<string, number> = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: count - 1 }
  const target = moves[event.key]
  if (target === undefined) return undefined
  const at = Math.min(count - 1, Math.max(0, target))
  return { from: event.shiftKey && choice ? choice.from : at, at }
}

function describeStep(step: Step): string {
  const { severity } = words.value.shell
  const counts = step.counts.map(([band, count]) => `${severity[band]} ${formatCount(count)}`)
  return [formatSpan(step), words.value.logs.lines(step.total), ...counts].join(', ')
}

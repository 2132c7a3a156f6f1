import { formatDuration } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { HeaderCell } from '../../components/virtual-rows.tsx'
import { words } from '../../i18n/words.ts'
import { textWidth } from '../../text-width.ts'
import { type Lane, type Mark, placeOf, rulerMarks } from './lane-geometry.ts'

const leastPx = 88

type RulerProps = { lane: Lane; onWidth(width: number): void; children: ComponentChildren }

/** The head of the lane: instants after the start of the chain. Reports how wide it is. */
export function Ruler({ lane, onWidth, children }: RulerProps) {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const report = () => onWidth(Math.round(ref.current!.clientWidth))
    report()
    const observer = new ResizeObserver(report)
    observer.observe(ref.current!)
    return () => observer.disconnect()
  }, [])
  const folds = foldsIn(lane)
  return (
    <HeaderCell class="lane">
      <span class="unseen">{words.value.chain.time}</span>
      <div class="ruler" ref={ref}>
        {freeMarks(lane, folds).map(({ at, x, text }) => (
          <span key={at} class="ruler-mark number" style={{ left: `${x * 100}%` }}>
            {text}
          </span>
        ))}
        {folds.map((fold) => (
          <FoldMark key={fold.x} fold={fold} />
        ))}
      </div>
      {children}
    </HeaderCell>
  )
}

/** Where the axis is broken, and how long that is. */
function FoldMark({ fold }: { fold: Fold }) {
  const { folded } = words.value.chain
  const whole = folded(formatDuration(fold.ns))
  return (
    <>
      <span class="ruler-fold" style={{ left: `${fold.x * 100}%`, width: `${fold.width * 100}%` }} />
      <span
        class="ruler-fold-text number"
        style={{ left: `${fold.textX * 100}%`, maxWidth: `${fold.textWidth * 100}%` }}
        title={whole}
      >
        <span class="unseen">{whole}</span>
        <span aria-hidden="true">{formatDuration(fold.ns)}</span>
      </span>
    </>
  )
}

/** Places in the lane, of the text its middle: it stands on its break, within the lane and apart from those of its neighbours. */
type Fold = { x: number; width: number; ns: number; textX: number; textWidth: number }

function foldsIn(lane: Lane): Fold[] {
  if (lane.width <= 0) return []
  const folds = lane.axis.pieces
    .filter(({ folded }) => folded)
    .map(({ fromNs, toNs }) => {
      const x = placeOf(lane, fromNs)
      return { x, width: placeOf(lane, toNs) - x, ns: toNs - fromNs }
    })
    .filter(({ x, width }) => x + width > 0 && x < 1)
  const middles = folds.map(({ x, width }) => Math.min(1, Math.max(0, x + width / 2)))
  return folds.map((fold, at) => {
    const [before = Number.NEGATIVE_INFINITY, middle, after = Number.POSITIVE_INFINITY] = [
      middles[at - 1],
      middles[at]!,
      middles[at + 1],
    ]
    const wanted = (textWidth(`${formatDuration(fold.ns)}`) + 16) / lane.width
    const half = Math.min(wanted / 2, (middle - before) / 2, (after - middle) / 2)
    return { ...fold, textX: Math.min(1 - half, Math.max(half, middle)), textWidth: 2 * half }
  })
}

/** The marks of which the text does not stand where that of a break or of the mark before does. */
function freeMarks(lane: Lane, folds: readonly Fold[]): Mark[] {
  const gap = 4 / Math.max(1, lane.width)
  let free = Number.NEGATIVE_INFINITY
  return rulerMarks(lane, leastPx).filter(({ x, text }) => {
    const end = x + (textWidth(text) + 12) / lane.width
    const isFree =
      x >= free &&
      folds.every(({ textX, textWidth }) => {
        const half = textWidth / 2 + gap
        return end < textX - half || x > textX + half
      })
    if (isFree) free = end
    return isFree
  })
}

/**
 * Lines of the ruler and breaks of a folded axis as one CSS background for all lanes, so that a row needs no elements
 * for them.
 */
export function laneBackground(lane: Lane): string {
  const lines = rulerMarks(lane, leastPx).map(
    ({ x }) => `linear-gradient(var(--line), var(--line)) ${(x * 100).toFixed(3)}% 0 / 1px 100% no-repeat`,
  )
  const breaks = foldsIn(lane).map(({ x, width }) => {
    // A percentage places the image's own point, not its left edge.
    const at = width < 1 ? (x / (1 - width)) * 100 : 0
    const hatch = 'repeating-linear-gradient(90deg, var(--line) 0 1px, transparent 1px 4px)'
    return `${hatch} ${at.toFixed(3)}% 0 / ${(width * 100).toFixed(3)}% 100% no-repeat`
  })
  return [...lines, ...breaks].join(', ') || 'none'
}

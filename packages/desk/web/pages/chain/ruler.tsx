import { formatDuration } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { HeaderCell } from '../../components/virtual-rows.tsx'
import { words } from '../../i18n/words.ts'
import { type Lane, placeOf, rulerMarks } from './lane-geometry.ts'

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
  const { folded } = words.value.chain
  return (
    <HeaderCell class="lane">
      <span class="unseen">{words.value.chain.time}</span>
      <div class="ruler" ref={ref}>
        {rulerMarks(lane, leastPx).map(({ at, x, text }) => (
          <span key={at} class="ruler-mark number" style={{ left: `${x * 100}%` }}>
            {text}
          </span>
        ))}
        {foldsIn(lane).map(({ x, width, ns }) => (
          <span
            key={x}
            class="ruler-fold number"
            style={{ left: `${x * 100}%`, width: `${width * 100}%` }}
            title={folded(formatDuration(ns))}
          >
            <span class="unseen">{folded(formatDuration(ns))}</span>
          </span>
        ))}
      </div>
      {children}
    </HeaderCell>
  )
}

function foldsIn(lane: Lane): { x: number; width: number; ns: number }[] {
  return lane.axis.pieces
    .filter(({ folded }) => folded)
    .map(({ fromNs, toNs }) => {
      const x = placeOf(lane, fromNs)
      return { x, width: placeOf(lane, toNs) - x, ns: toNs - fromNs }
    })
    .filter(({ x, width }) => x + width > 0 && x < 1)
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

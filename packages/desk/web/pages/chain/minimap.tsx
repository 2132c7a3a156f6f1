import { useMemo, useRef } from 'preact/hooks'
import { words } from '../../i18n/words.ts'
import { minimapLanes, minimapPaths, minimapWidth } from './minimap-paths.ts'
import type { ShownChain } from './use-chain.ts'

type MinimapProps = { shown: ShownChain; onMove(range: { from: number; to: number }): void }

/** The whole chain in little, with the part that is in view. A click moves that part; for keys there are `z` and `0`. */
export function Minimap({ shown, onMove }: MinimapProps) {
  const { chain, axis, zoom } = shown
  const box = useRef<HTMLDivElement>(null)
  const paths = useMemo(() => minimapPaths(chain, axis), [chain, axis])
  const { minimap, estimated } = words.value.chain
  const from = zoom ? axis.toX(zoom.fromNs) : 0
  const to = zoom ? axis.toX(zoom.toNs) : 1
  const move = (event: MouseEvent) => {
    const { left, width } = box.current!.getBoundingClientRect()
    const centre = (event.clientX - left) / width
    const half = (to - from) / 2
    const start = Math.min(1 - 2 * half, Math.max(0, centre - half))
    if (zoom) onMove({ from: start, to: start + 2 * half })
  }
  const isShown = shown.is('critical')
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut of the mouse; keys have their own
    // biome-ignore lint/a11y/useKeyWithClickEvents: a shortcut of the mouse; keys have their own
    <div class={`minimap ${zoom ? 'minimap-zoomed' : ''}`} ref={box} onClick={move}>
      <svg
        role="img"
        aria-label={isShown ? `${minimap}; ${estimated}` : minimap}
        viewBox={`0 0 ${minimapWidth} ${minimapLanes * 4}`}
        preserveAspectRatio="none"
      >
        <path class="minimap-spans" d={paths.spans} />
        <path class="minimap-waits" d={paths.waits} />
        <path class="minimap-failed" d={paths.failed} />
      </svg>
      {isShown && (
        <svg
          class="minimap-critical"
          viewBox={`0 0 ${minimapWidth} 4`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path d={paths.critical} />
        </svg>
      )}
      {zoom && (
        <span class="minimap-view" style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }} />
      )}
    </div>
  )
}

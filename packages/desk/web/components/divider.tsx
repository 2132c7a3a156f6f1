import { useRef, useState } from 'preact/hooks'
import { readStored, store } from '../stored.ts'

/** A size that the reader chooses, kept for the next visit under a name; `limit` says what a wish comes to. */
export function useKeptSize(
  name: string,
  first: number,
  limit: (wanted: number) => number,
): [size: number, resize: (wanted: number) => void] {
  const [size, setSize] = useState(() => limit(Number(readStored(name)) || first))
  return [
    size,
    (wanted) => {
      setSize(limit(wanted))
      store(name, String(limit(wanted)))
    },
  ]
}

type DividerProps = {
  label: string
  size: number
  least: number
  most: number
  /** What an arrow to the right adds; negative where the size lies right of the divider. */
  step: number
  /** What a pixel to the right adds, asked when the dragging begins. */
  perPixel(divider: HTMLElement): number
  onResize(wanted: number): void
}

/** A line between two parts, dragged or moved by the arrow keys. */
export function Divider({ label, size, least, most, step, perPixel, onResize }: DividerProps) {
  const start = useRef({ x: 0, size, scale: 1 })
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is no thematic break
    <div
      class="divider"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      onKeyDown={(event) => {
        const moves: Record<string, number> = { ArrowLeft: -step, ArrowRight: step }
        const move = moves[event.key]
        if (move === undefined) return
        event.preventDefault()
        onResize(size + move)
      }}
      onPointerDown={(event) => {
        // What is around it may be dragged too.
        event.stopPropagation()
        start.current = { x: event.clientX, size, scale: perPixel(event.currentTarget) }
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        const { x, size: before, scale } = start.current
        if (event.currentTarget.hasPointerCapture(event.pointerId))
          onResize(before + (event.clientX - x) * scale)
      }}
    />
  )
}

import { useRef, useState } from 'preact/hooks'

const leastPx = 5

/** Places in the lane, 0 to 1. */
type Range = { from: number; to: number }
type Drag = { startX: number; left: number; width: number; pointer: number; moved: boolean }

/**
 * Choosing a part of the lane by dragging over it: give `handlers` to what is around all lanes. `selection` is where to
 * draw it, in pixels of that element. A click after a drag is none.
 */
export function useZoomDrag(onZoom: (range: Range) => void) {
  const drag = useRef<Drag | undefined>(undefined)
  const justDragged = useRef(false)
  const [selection, setSelection] = useState<{ left: number; width: number }>()
  const placeIn = ({ left, width }: Drag, x: number) => Math.min(1, Math.max(0, (x - left) / width))
  const rangeTo = (now: Drag, x: number): Range => {
    const [from, to] = [placeIn(now, now.startX), placeIn(now, x)].sort((a, b) => a - b)
    return { from: from!, to: to! }
  }
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      justDragged.current = false
      const lane = event.target instanceof Element ? event.target.closest('.lane') : null
      const scrolls = event.pointerType === 'touch' && !lane?.closest('.rows-header')
      if (!lane || event.button !== 0 || scrolls) return
      const { left, width } = lane.getBoundingClientRect()
      drag.current = { startX: event.clientX, left, width, pointer: event.pointerId, moved: false }
    },
    onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      const now = drag.current
      if (!now) return
      if (!now.moved && Math.abs(event.clientX - now.startX) < leastPx) return
      // Only from here on: a captured pointer would click the wrong element.
      if (!now.moved) event.currentTarget.setPointerCapture(now.pointer)
      now.moved = true
      const { from, to } = rangeTo(now, event.clientX)
      const offset = now.left - event.currentTarget.getBoundingClientRect().left
      setSelection({ left: offset + from * now.width, width: (to - from) * now.width })
    },
    onPointerUp: (event: PointerEvent) => {
      const now = drag.current
      drag.current = undefined
      setSelection(undefined)
      if (!now?.moved) return
      justDragged.current = true
      onZoom(rangeTo(now, event.clientX))
    },
    onPointerCancel: () => {
      drag.current = undefined
      setSelection(undefined)
    },
    onClickCapture: (event: MouseEvent) => {
      if (justDragged.current) event.stopPropagation()
      justDragged.current = false
    },
  }
  return { handlers, selection }
}

import { useRef, useState } from 'preact/hooks'
import { words } from '../../i18n/words.ts'
import { readStored, store } from '../../stored.ts'

const [least, most, step] = [20, 75, 2]

/** How much of a row the tree has, in percent; it is kept for the next visit. */
export function useTreeShare(): [share: number, setShare: (wanted: number) => void] {
  const [share, setShare] = useState(() => limitShare(Number(readStored('tree')) || 48))
  return [
    share,
    (wanted) => {
      setShare(limitShare(wanted))
      store('tree', String(limitShare(wanted)))
    },
  ]
}

function limitShare(wanted: number): number {
  return Math.round(Math.min(most, Math.max(least, wanted)))
}

/** Between the tree and the lanes, in the head of the lanes: dragged, or moved by the arrow keys. */
export function TreeDivider({ share, onShare }: { share: number; onShare(wanted: number): void }) {
  const start = useRef({ x: 0, share: 0, row: 1 })
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is no thematic break
    <div
      class="tree-divider"
      role="separator"
      tabIndex={0}
      aria-label={words.value.chain.treeShare}
      aria-orientation="vertical"
      aria-valuenow={share}
      aria-valuemin={least}
      aria-valuemax={most}
      onKeyDown={(event) => {
        const moves: Record<string, number> = { ArrowLeft: -step, ArrowRight: step }
        const move = moves[event.key]
        if (move === undefined) return
        event.preventDefault()
        onShare(share + move)
      }}
      onPointerDown={(event) => {
        // Not the begin of a zoom.
        event.stopPropagation()
        const row = event.currentTarget.closest('.row')!.clientWidth
        start.current = { x: event.clientX, share, row }
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        const { x, share: before, row } = start.current
        if (event.currentTarget.hasPointerCapture(event.pointerId))
          onShare(before + ((event.clientX - x) / row) * 100)
      }}
    />
  )
}

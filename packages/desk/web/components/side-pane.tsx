import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { useKeys } from '../keys.ts'
import { readStored, store } from '../stored.ts'
import { Icon } from './icon.tsx'

const least = 280
const step = 24

type SidePaneProps = {
  title: ComponentChildren
  label: string
  onClose(): void
  children?: ComponentChildren
}

/**
 * A pane at the side of a list, within a `.with-pane`. Its width is dragged or set by the arrow keys and kept; on a narrow
 * screen it covers the page. Escape closes it.
 */
export function SidePane({ title, label, onClose, children }: SidePaneProps) {
  const [width, setWidth] = useState(() => limitWidth(Number(readStored('pane')) || 440))
  const { close } = words.value.shell
  const resize = (wanted: number) => {
    setWidth(limitWidth(wanted))
    store('pane', String(limitWidth(wanted)))
  }
  useKeys([{ key: 'Escape', description: close, run: onClose }])
  return (
    <aside class="pane" aria-label={label} style={{ '--pane': `${width}px` }}>
      <Divider width={width} onResize={resize} />
      <div class="pane-header">
        <h2>{title}</h2>
        <button type="button" class="quiet" aria-label={close} title={close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="pane-body" aria-label={label} tabIndex={0}>
        {children}
      </section>
    </aside>
  )
}

function limitWidth(wanted: number): number {
  return Math.round(Math.min(innerWidth * 0.75, Math.max(least, wanted)))
}

function Divider({ width, onResize }: { width: number; onResize(wanted: number): void }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is no thematic break
    <div
      class="pane-divider"
      role="separator"
      tabIndex={0}
      aria-label={words.value.shell.resize}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={Math.round(innerWidth * 0.75)}
      onKeyDown={(event) => {
        const moves: Record<string, number> = { ArrowLeft: step, ArrowRight: -step }
        const move = moves[event.key]
        if (move === undefined) return
        event.preventDefault()
        onResize(width + move)
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const pane = event.currentTarget.parentElement!
        if (event.currentTarget.hasPointerCapture(event.pointerId))
          onResize(pane.getBoundingClientRect().right - event.clientX)
      }}
    />
  )
}

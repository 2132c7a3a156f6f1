import type { ComponentChildren } from 'preact'
import { words } from '../i18n/words.ts'
import { useKeys } from '../keys.ts'
import { Divider, useKeptSize } from './divider.tsx'
import { Icon } from './icon.tsx'

const least = 280
const most = (): number => Math.round(innerWidth * 0.75)

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
  const [width, resize] = useKeptSize('pane', 440, limitWidth)
  const { close, resize: resizeLabel } = words.value.shell
  useKeys([{ key: 'Escape', description: close, run: onClose }])
  return (
    <aside class="pane" aria-label={label} style={{ '--pane': `${width}px` }}>
      <Divider
        label={resizeLabel}
        size={width}
        least={least}
        most={most()}
        step={-24}
        perPixel={() => -1}
        onResize={resize}
      />
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
  return Math.min(most(), Math.round(Math.max(least, wanted)))
}

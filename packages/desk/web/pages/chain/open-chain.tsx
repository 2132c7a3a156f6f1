import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ChainData } from '../../../api/index.ts'
import { Divider, useKeptSize } from '../../components/divider.tsx'
import { mostPrinted, usePrinting } from '../../components/use-printing.ts'
import { HeaderCell, VirtualRows } from '../../components/virtual-rows.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { ServiceLooks } from '../../service-colour.ts'
import { param, setParams } from '../../url-state.ts'
import { Chips } from './chips.tsx'
import { Details } from './details.tsx'
import { Head } from './head.tsx'
import { instantAt, type Lane, laneOf } from './lane-geometry.ts'
import { Minimap } from './minimap.tsx'
import type { OriginWarning } from './raised.ts'
import { useRowContents } from './row-contents.tsx'
import { laneBackground, Ruler } from './ruler.tsx'
import { treeShareFor } from './tree-share.ts'
import { useKeptPlace } from './use-active-row.ts'
import { type ShownChain, useChain } from './use-chain.ts'
import { useChainKeys } from './use-chain-keys.ts'
import { printZoom } from './view-address.ts'
import { useZoomDrag } from './zoom-drag.tsx'
import './chain.css'
import './timeline.css'
import './lane.css'
import './print.css'
import './details.css'
import '../../record/record.css'

/** What of a lane there is on the narrowest paper, so that no text needs more. */
const paperLanePx = 320

/** How much of a row the tree has, in percent. */
const [leastShare, mostShare] = [20, 75]

/** A chain that is here; `warning`: from which somebody came to it. */
export function OpenChain({ data, warning }: { data: ChainData; warning?: OriginWarning }) {
  const shown = useChain(data, warning)
  useChainKeys(shown)
  return (
    <ServiceLooks.Provider value={shown.lookOf}>
      <div class="with-pane">
        <div class="chain">
          <Head shown={shown} warning={warning} />
          <Chips shown={shown} />
          <Timeline shown={shown} />
        </div>
        {shown.is('details') && shown.active >= 0 && (
          <Details shown={shown} onClose={() => shown.turn('details', false)} />
        )}
      </div>
    </ServiceLooks.Provider>
  )
}

function Timeline({ shown }: { shown: ShownChain }) {
  const { axis, zoom, rows, activeRow } = shown
  const printing = usePrinting()
  const [measured, setWidth] = useState(0)
  const width = printing ? paperLanePx : measured
  const firstShare = useMemo(() => treeShareFor(shown, innerWidth), [])
  const [share, setShare] = useKeptSize('tree', firstShare, limitShare)
  const box = useListFocus()
  const place = useKeptPlace(shown, () => listIn(box.current))
  const lane = useMemo(() => laneOf(axis, width, zoom), [axis, width, zoom?.fromNs, zoom?.toNs])
  const contentOf = useRowContents(shown, lane)
  const zoomOnAxis = (from: number, to: number) =>
    setParams({ zoom: printZoom({ fromNs: axis.toNs(from), toNs: axis.toNs(to) }) }, 'replace')
  const { handlers, selection } = useZoomDrag(({ from, to }) =>
    setParams({ zoom: printZoom({ fromNs: instantAt(lane, from), toNs: instantAt(lane, to) }) }, 'replace'),
  )
  return (
    <>
      <Minimap shown={shown} onMove={({ from, to }) => zoomOnAxis(from, to)} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: shortcuts of the mouse; keys have their own */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: shortcuts of the mouse; keys have their own */}
      <div
        ref={box}
        class="timeline"
        style={{ '--lane': laneBackground(lane), '--tree': `${share}%` }}
        {...handlers}
        {...place}
        onClick={(event) => {
          if (opensRow(event.target)) shown.turn('details', true)
        }}
        onDblClick={(event) => {
          if (zoom && isLane(event.target)) setParams({ zoom: undefined }, 'replace')
        }}
      >
        <VirtualRows
          label={words.value.chain.tree}
          role="treegrid"
          count={rows.length}
          active={activeRow}
          centred={shown.centred}
          onActive={(row) => shown.choose(rows[row]!)}
          header={<Header lane={lane} share={share} onShare={setShare} onWidth={setWidth} />}
          row={(row) => contentOf(rows[row]!)}
          printed={printing ? Math.min(rows.length, mostPrinted) : undefined}
        />
        {rows.length > mostPrinted && (
          <p class="print-note">
            {words.value.chain.printed(formatCount(mostPrinted), formatCount(rows.length))}
          </p>
        )}
        {selection && (
          <span class="selection" style={{ left: `${selection.left}px`, width: `${selection.width}px` }} />
        )}
      </div>
    </>
  )
}

type HeaderProps = { lane: Lane; share: number; onShare(wanted: number): void; onWidth(width: number): void }

function Header({ lane, share, onShare, onWidth }: HeaderProps) {
  const { columns, treeShare } = words.value.chain
  return (
    <>
      <HeaderCell class="tree">{columns.what}</HeaderCell>
      <HeaderCell class="at end">{columns.at}</HeaderCell>
      <Ruler lane={lane} onWidth={onWidth}>
        <Divider
          label={treeShare}
          size={share}
          least={leastShare}
          most={mostShare}
          step={2}
          perPixel={(divider) => 100 / divider.closest('.row')!.clientWidth}
          onResize={onShare}
        />
      </Ruler>
    </>
  )
}

function limitShare(wanted: number): number {
  return Math.round(Math.min(mostShare, Math.max(leastShare, wanted)))
}

/** The list takes the keys of a page that has just come, unless one is somewhere else already, and after each search. */
function useListFocus() {
  const box = useRef<HTMLDivElement>(null)
  const q = param('q').value
  useEffect(() => {
    const focused = document.activeElement
    const isFree = focused === document.body || focused?.id === 'main'
    if (isFree) listIn(box.current)?.focus({ preventScroll: true })
  }, [q])
  return box
}

function listIn(box: HTMLElement | null): HTMLElement | null | undefined {
  return box?.querySelector<HTMLElement>('.rows')
}

/** A click on a row or its bar that neither pressed something in it nor ended the choosing of text. */
function opensRow(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || target.closest('.rows-body > .row') === null) return false
  if (target.closest('a, button') !== null || getSelection()?.isCollapsed === false) return false
  return !isLane(target) || target.closest('.bar') !== null
}

function isLane(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.lane') !== null
}

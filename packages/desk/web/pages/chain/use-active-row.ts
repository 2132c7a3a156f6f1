import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Chain, nearestRow } from '../../../chain/index.ts'
import { rowHeight } from '../../components/virtual-window.ts'
import { param, setParams } from '../../url-state.ts'
import { findRow, rowName } from './row-name.ts'

/** Browsers refuse an address that changes at every repeat of a key. */
const writeMs = 250

/**
 * The row that is active, a node or −1. The address names it (`span`, `log`) a little later than it changes; when the
 * address changes by itself, `onArrival` hears of it.
 */
export function useActiveRow(
  chain: Chain,
  onArrival: (node: number) => void,
): [node: number, choose: (node: number) => void] {
  const wanted = nameInAddress(param('span').value, param('log').value)
  const [name, setName] = useState(wanted)
  const place = useRef({ chain, name, node: findRow(chain, name) })
  if (place.current.chain !== chain || place.current.name !== name)
    place.current = { chain, name, node: findRow(chain, name) }
  const written = useRef(wanted)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    if (wanted !== written.current) {
      clearTimeout(timer.current)
      written.current = wanted
      setName(wanted)
    }
    if (wanted !== '' && wanted === written.current) onArrival(findRow(chain, wanted))
  }, [wanted])
  const choose = (node: number) => {
    const chosen = node < 0 ? '' : rowName(chain, node)
    // Spans may share an id: the node is what was chosen, the name is for the address.
    place.current = { chain, name: chosen, node }
    setName(chosen)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      written.current = chosen
      setParams(addressOf(chosen), 'replace')
    }, writeMs)
  }
  return [place.current.node, choose]
}

function nameInAddress(span: string, log: string): string {
  return log ? `log-${log}` : span
}

function addressOf(name: string): { span: string | undefined; log: string | undefined } {
  return name.startsWith('log-') ? { span: undefined, log: name.slice(4) } : { span: name, log: undefined }
}

/**
 * Keeps the row at the top of the list where it is when the chain has grown. Give `onScrollCapture` to what is around the
 * list; `rows` finds the list.
 */
export function useKeptPlace(
  { chain, rows }: { chain: Chain; rows: Int32Array },
  list: () => HTMLElement | null | undefined,
) {
  const top = useRef(0)
  const before = useRef({ chain, rows })
  useLayoutEffect(() => {
    const old = before.current
    before.current = { chain, rows }
    const element = list()
    const node = old.rows[Math.floor(top.current / rowHeight)]
    if (old.chain === chain || !element || node === undefined || top.current < rowHeight) return
    const row = nearestRow(chain, rows, findRow(chain, rowName(old.chain, node)))
    if (row >= 0) element.scrollTop = row * rowHeight + (top.current % rowHeight)
  }, [chain, rows])
  return {
    onScrollCapture: () => {
      top.current = list()?.scrollTop ?? 0
    },
  }
}

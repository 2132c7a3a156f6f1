import { useLayoutEffect, useRef } from 'preact/hooks'
import { nearestRow } from '../../../chain/index.ts'
import { rowHeight } from '../../components/virtual-window.ts'
import { findRow, rowName } from './row-name.ts'
import type { ShownChain } from './use-chain.ts'

/**
 * Keeps the row at the top of the list where it is when the chain has grown. Give `onScrollCapture` to what is around the
 * list; `rows` finds the list.
 */
export function useKeptPlace({ chain, rows }: ShownChain, list: () => HTMLElement | null | undefined) {
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

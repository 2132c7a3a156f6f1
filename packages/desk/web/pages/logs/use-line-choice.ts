import { useRef, useState } from 'preact/hooks'
import type { LogRow } from '../../../api/index.ts'
import { words } from '../../i18n/words.ts'
import { useKeys } from '../../keys.ts'
import { aroundHref, chainHref } from '../../url.ts'
import { go, param, setParams } from '../../url-state.ts'
import { lineText } from './export-text.ts'

/** The active line of a list and the one whose pane is open, which is in the address as `log`. */
export type LineChoice = {
  active: number
  /** Ref of the line in the pane, "" when there is none. */
  opened: string
  /** Whether a line is being read. */
  chosen: boolean
  onActive(index: number, by: 'key' | 'pointer'): void
  onOpen(index: number): void
  close(): void
  release(): void
}

/** `marked` is active at first. */
export function useLineChoice(rows: readonly LogRow[], marked = ''): LineChoice {
  const opened = param('log').value
  const [cursor, setCursor] = useState(marked)
  const chosen = opened || cursor
  const active = useIndexOf(rows, chosen)
  const open = (index: number) => {
    const ref = rows[index]?.ref
    if (ref) setParams({ log: ref }, opened ? 'replace' : 'push')
  }
  const activate = (index: number, by: 'key' | 'pointer') => {
    setCursor(rows[index]?.ref ?? '')
    if (by === 'pointer' || opened) open(index)
  }
  useLineKeys(rows[active], (by) => {
    focusList()
    const last = rows.length - 1
    if (last >= 0) activate(Math.min(last, Math.max(0, active + by)), 'key')
  })
  return {
    active,
    opened,
    chosen: chosen !== '',
    onActive: activate,
    onOpen: open,
    close() {
      // The focus would be lost with the pane.
      if (document.activeElement?.closest('.pane')) focusList()
      setCursor(opened)
      setParams({ log: undefined }, 'replace')
    },
    release() {
      setCursor('')
      setParams({ log: undefined }, 'replace')
    },
  }
}

/** Where a line stands; looked for anew only when the rows or the line changed. */
function useIndexOf(rows: readonly LogRow[], ref: string): number {
  const last = useRef<{ rows: readonly LogRow[]; ref: string; index: number }>(undefined)
  if (last.current?.rows !== rows || last.current.ref !== ref)
    last.current = { rows, ref, index: ref === '' ? -1 : rows.findIndex((row) => row.ref === ref) }
  return last.current.index
}

function focusList(): void {
  document.querySelector<HTMLElement>('main .rows')?.focus({ preventScroll: true })
}

function useLineKeys(row: LogRow | undefined, move: (by: 1 | -1) => void): void {
  const { keys } = words.value.logs
  useKeys([
    { key: 'j', description: keys.next, run: () => move(1) },
    { key: 'k', description: keys.previous, run: () => move(-1) },
    {
      key: 'o',
      description: keys.chain,
      run: () => row?.traceId && go(chainHref(row.traceId, { log: row.ref })),
    },
    { key: 's', description: keys.around, run: () => row && go(aroundHref(row.ref)) },
    { key: 'c', description: keys.copy, run: () => row && void navigator.clipboard.writeText(lineText(row)) },
  ])
}

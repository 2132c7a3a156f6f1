import { safeText } from '@clew/otlp/text'
import { useMemo, useState } from 'preact/hooks'
import type { ChainData } from '../../../api/index.ts'
import {
  type Alignment,
  alignChains,
  buildChain,
  type ComparedView,
  comparedRows,
  differs,
  isRowOpen,
  nextOf,
} from '../../../chain/index.ts'
import { words } from '../../i18n/words.ts'
import { useKeys } from '../../keys.ts'
import { type LookOf, looksIn } from '../../service-colour.ts'
import { param, setParams } from '../../url-state.ts'

/** A comparison as it is shown now, and how to change that. Rows are those of the {@link Alignment}. */
export type ShownComparison = {
  alignment: Alignment
  /** Of the services of both. */
  lookOf: LookOf
  view: ComparedView
  /** The rows that are shown, in order. */
  shown: Int32Array
  /** Index in `shown`, −1 for none. */
  active: number
  choose(index: number): void
  turn(onlyChanges: boolean): void
  setOpen(row: number, open: boolean): void
}

/** Everything that is shown follows from the two chains and the address. */
export function useComparison(a: ChainData, b: ChainData): ShownComparison {
  const alignment = useMemo(() => alignChains(buildChain(a), buildChain(b)), [a, b])
  const lookOf = useMemo(
    () => looksIn([a, b].flatMap(({ resources }) => resources.map(({ service }) => safeText(service)))),
    [a, b],
  )
  const [only, open, closed] = [param('all').value !== '1', param('open').value, param('closed').value]
  const view = useMemo(
    (): ComparedView => ({ onlyChanges: only, open: rowsIn(open), closed: rowsIn(closed) }),
    [only, open, closed],
  )
  const shown = useMemo(() => comparedRows(alignment, view), [alignment, view])
  const [row, setRow] = useState(-1)
  const active = shown.indexOf(row)
  const comparison: ShownComparison = {
    ...{ alignment, lookOf, view, shown, active },
    choose: (index) => setRow(shown[index] ?? -1),
    turn: (onlyChanges) => setParams({ all: onlyChanges ? undefined : '1' }, 'replace'),
    setOpen(changed, isOpen) {
      const which = alignment.rows[changed]!.repeated === undefined ? 'closed' : 'open'
      const rows = new Set(view[which])
      if (isOpen === (which === 'open')) rows.add(changed)
      else rows.delete(changed)
      setParams({ [which]: [...rows].sort((one, other) => one - other).join('.') }, 'replace')
    },
  }
  useComparisonKeys(comparison, row, setRow)
  return comparison
}

function rowsIn(text: string): ReadonlySet<number> {
  return new Set(text.split('.').filter(Boolean).map(Number))
}

/** The keys of a comparison, beside those of every list: the same as a chain's where they do the same. */
function useComparisonKeys(
  { alignment, view, shown, turn, setOpen }: ShownComparison,
  row: number,
  setRow: (row: number) => void,
): void {
  const { compare, chain } = words.value
  const { rows } = alignment
  const changes = useMemo(() => shown.filter((one) => differs(rows[one]!)), [shown, rows])
  const isOpen = row >= 0 && isRowOpen(view, rows, row)
  const hasBelow = row >= 0 && rows[row]!.end > row + 1
  useKeys([
    { key: 'e', description: compare.keys.next, run: () => setRow(nextOf(changes, row, 1)) },
    { key: 'E', description: compare.keys.previous, run: () => setRow(nextOf(changes, row, -1)) },
    { key: 'd', description: compare.keys.changes, run: () => turn(!view.onlyChanges) },
    {
      key: 'ArrowLeft',
      description: chain.keys.collapse,
      run: () => (hasBelow && isOpen ? setOpen(row, false) : setRow(parentOf(rows, row))),
    },
    {
      key: 'ArrowRight',
      description: chain.keys.expand,
      run: () => {
        if (hasBelow && !isOpen) setOpen(row, true)
        else if (hasBelow) setRow(shown[shown.indexOf(row) + 1] ?? row)
      },
    },
  ])
}

function parentOf(rows: Alignment['rows'], row: number): number {
  for (let above = row - 1; above >= 0; above--) if (rows[above]!.end > row) return above
  return row
}

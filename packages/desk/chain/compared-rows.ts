import { formatDuration } from '@clew/otlp/text'
import { type AlignedRow, type Alignment, differs } from './align-chains.ts'
import { describeRow } from './describe-row.ts'
import type { ChainLabels } from './labels.ts'
import { kindOf } from './model.ts'

/** What of a comparison is shown. Sets hold indexes of rows; repeated ones are closed unless they are in `open`. */
export type ComparedView = { onlyChanges: boolean; open: ReadonlySet<number>; closed: ReadonlySet<number> }

/** For each row whether it or one below it tells of a difference. Linear. */
export function touchedRows(rows: readonly AlignedRow[]): Uint8Array {
  const touched = new Uint8Array(rows.length)
  const above: number[] = []
  for (const [index, row] of rows.entries()) {
    while (above.length > 0 && rows[above.at(-1)!]!.end <= index) above.pop()
    if (differs(row)) {
      touched[index] = 1
      // Those above a touched row are touched already.
      for (let at = above.length - 1; at >= 0 && !touched[above[at]!]; at--) touched[above[at]!] = 1
    }
    above.push(index)
  }
  return touched
}

export function isRowOpen({ open, closed }: ComparedView, rows: readonly AlignedRow[], row: number): boolean {
  return rows[row]!.repeated === undefined ? !closed.has(row) : open.has(row)
}

/** The rows that a view shows, in order. */
export function comparedRows({ rows }: Pick<Alignment, 'rows'>, view: ComparedView): Int32Array {
  const touched = view.onlyChanges ? touchedRows(rows) : undefined
  const shown: number[] = []
  for (let row = 0; row < rows.length; ) {
    const { end } = rows[row]!
    if (touched && !touched[row]) {
      row = end
      continue
    }
    shown.push(row)
    row = isRowOpen(view, rows, row) ? row + 1 : end
  }
  return Int32Array.from(shown)
}

/** How a span of both chains is called in the first one, where the second one has another name, status or attempt; else empty. */
export function nameInFirst(
  { a, b }: Pick<Alignment, 'a' | 'b'>,
  row: AlignedRow,
  labels?: ChainLabels,
): string {
  if (row.a < 0 || row.b < 0 || row.repeated || kindOf(a, row.a) !== 'span') return ''
  const [before, now] = [describeRow(a, row.a, labels), describeRow(b, row.b, labels)]
  if (before.label === now.label) return before.detail === now.detail ? '' : before.detail || before.label
  return [before.label, before.detail].filter(Boolean).join(' ')
}

/** How much longer the second chain took than the first as a whole: `+97 ms`. */
export function totalChange({ a, b }: Pick<Alignment, 'a' | 'b'>): string {
  const deltaNs = b.endNs - b.startNs - (a.endNs - a.startNs)
  return `${deltaNs < 0 ? '−' : '+'}${formatDuration(Math.abs(deltaNs))}`
}

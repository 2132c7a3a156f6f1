import { type AlignedRow, type Alignment, differs } from './align-chains.ts'

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

import type { AlertLine } from '../alert.ts'

/** Lines that show what a series is, the newest last. JSON. */
export type KeptLines = {
  list: AlertLine[]
  /** How many of them have no trace: where all have one they need not be looked at. */
  untraced: number
}

const mostLines = 3

export const beginLines = (): KeptLines => ({ list: [], untraced: 0 })

export const reviveLines = (saved: KeptLines): KeptLines => Object.assign(beginLines(), saved)

export const linesFrom = (list: AlertLine[]): KeptLines => ({
  list,
  untraced: list.filter(({ traceId }) => traceId === '').length,
})

/** Of more than three the first without a trace goes, else the oldest. */
export function keepLine(lines: KeptLines, line: AlertLine): void {
  const { list, untraced } = lines
  const isTraced = line.traceId !== ''
  if (list.length < mostLines) {
    list.push(line)
    if (!isTraced) lines.untraced++
    return
  }
  if (untraced === 0 && !isTraced) return
  let out = 0
  if (untraced > 0) {
    while (list[out]!.traceId !== '') out++
    if (isTraced) lines.untraced--
  }
  for (; out < mostLines - 1; out++) list[out] = list[out + 1]!
  list[mostLines - 1] = line
}

/** In place of the newest. */
export function replaceLast(lines: KeptLines, line: AlertLine): void {
  const { list } = lines
  const last = list.length - 1
  if (lines.untraced > 0 && list[last]!.traceId === '') lines.untraced--
  if (line.traceId === '') lines.untraced++
  list[last] = line
}

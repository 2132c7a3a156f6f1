import type { Pattern } from '../../../api/index.ts'

export const orders = ['count', 'new', 'severity', 'last'] as const
export type Order = (typeof orders)[number]

/** The order of the address; by count when it names none. */
export function orderOf(text: string): Order {
  return orders.find((order) => order === text) ?? 'count'
}

const compare: Record<Order, (a: Pattern, b: Pattern) => number> = {
  count: (a, b) => b.count - a.count,
  new: (a, b) => b.firstUnixMs - a.firstUnixMs,
  severity: (a, b) => b.severity - a.severity || b.errors - a.errors || b.count - a.count,
  last: (a, b) => b.lastUnixMs - a.lastUnixMs,
}

/** The patterns in an order; `onlyNew` leaves out those that were there before. */
export function listPatterns(patterns: readonly Pattern[], order: Order, onlyNew: boolean): Pattern[] {
  return patterns.filter(({ isNew }) => isNew || !onlyNew).toSorted(compare[order])
}

/** A template in pieces: text, and `undefined` where it varies. */
export function templatePieces(template: string): (string | undefined)[] {
  return template
    .split(/(<\*>)/)
    .filter((piece) => piece !== '')
    .map((piece) => (piece === '<*>' ? undefined : piece))
}

/** Occurrences over time as an SVG path, in a box of one unit for each step and of `height`. One line still is `least` high. */
export function trendPath(trend: readonly number[], height: number, least: number): string {
  const highest = Math.max(1, ...trend)
  return trend
    .map((count, at) => {
      const own = count === 0 ? 0 : Math.max(least, Math.round((count / highest) * height * 100) / 100)
      return own === 0 ? '' : `M${at + 0.1} ${height}v-${own}h.8v${own}z`
    })
    .join('')
}

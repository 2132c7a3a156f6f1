/** Height of each row of a list unless it says another, CSS pixels. `--row` in tokens.css is the same. */
export const rowHeight = 24

const maxRows = 80
const mostAround = 4

/**
 * Rows to render: those in view and a few around them. With ten above and below, a frame of scrolling took longer than the screen waits.
 * `last` is exclusive.
 */
export function windowOf(
  scrollTop: number,
  height: number,
  count: number,
  size: number = rowHeight,
): { first: number; last: number } {
  const visible = Math.ceil(height / size) + 1
  const around = Math.min(mostAround, Math.max(2, Math.floor((maxRows - 1 - visible) / 2)))
  const top = Math.min(Math.floor(scrollTop / size), Math.max(0, count - visible))
  return { first: Math.max(0, top - around), last: Math.min(count, top + visible + around) }
}

/** Where a key moves the active row; undefined when the key does not move. −1 is no row. */
export function moveActive(key: string, active: number, count: number, pageRows: number): number | undefined {
  const moves: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + pageRows,
    PageUp: active - pageRows,
    Home: 0,
    End: count - 1,
  }
  const target = moves[key]
  return target === undefined || count === 0 ? undefined : Math.min(count - 1, Math.max(0, target))
}

/** The scroll position that brings a row into view with the least movement. */
export function scrollToShow(
  index: number,
  scrollTop: number,
  height: number,
  size: number = rowHeight,
): number {
  const top = index * size
  if (top < scrollTop) return top
  return Math.max(scrollTop, top + size - height)
}

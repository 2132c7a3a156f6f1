import type { RefObject } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { LogRow } from '../../../api/index.ts'
import { searchOfPage } from '../../search-of-page.ts'
import { param, setParams } from '../../url-state.ts'
import { mergeRows } from './tail.ts'
import { type LineChoice, useLineChoice } from './use-line-choice.ts'
import { type LogPages, useLogPages } from './use-log-pages.ts'
import { type LiveTail, useTail } from './use-tail.ts'

/** The lines of the page's search, live or not. */
export type LogList = {
  rows: readonly LogRow[]
  pages: LogPages
  isLive: boolean
  tail: LiveTail
  /** New lines wait: the list is scrolled, or a line is being read. */
  paused: boolean
  choice: LineChoice
  /** What the list stands in. */
  place: RefObject<HTMLDivElement | null>
  onTop(atTop: boolean): void
  toggleLive(): void
  /** Shows the newest lines, also those that waited. */
  jumpBack(): void
}

export function useLogList(): LogList {
  const [q, from, to] = [searchOfPage(), param('from').value, param('to').value]
  const isLive = param('live').value === '1'
  const place = useRef<HTMLDivElement>(null)
  const [atTop, onTop] = useState(true)
  const [paused, setPaused] = useState(false)
  const pages = useLogPages(q, from, to)
  const tail = useTail(isLive, q, paused, pages.reload)
  const rows = useMemo(
    () => (isLive ? mergeRows(pages.rows, tail.shown) : pages.rows),
    [isLive, pages.rows, tail.shown],
  )
  const choice = useLineChoice(rows)
  const scrollToTop = () => place.current?.querySelector('.rows')?.scrollTo(0, 0)
  useEffect(() => setPaused(isLive && (!atTop || choice.chosen)), [isLive, atTop, choice.chosen])
  // Another search begins at its newest line.
  useEffect(scrollToTop, [q, from, to])
  return {
    ...{ rows, pages, isLive, tail, paused, choice, place, onTop },
    toggleLive: () => setParams({ live: isLive ? undefined : 1, to: undefined }, 'replace'),
    jumpBack() {
      choice.release()
      scrollToTop()
      tail.catchUp()
    },
  }
}

// biome-ignore-all lint/a11y/useSemanticElements: a table has no rows that are not there
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus and names its row by aria-activedescendant
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keyboard is the grid's
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: the role is one of two that support them
// biome-ignore-all lint/a11y/noStaticElementInteractions: the role is one of two interactive ones
import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { moveActive, rowHeight, scrollToShow, windowOf } from './virtual-window.ts'

/** One row: `cells` are `<Cell>`s. `level` counts from 1; `expanded` is absent for a row that has nothing below it. */
export type RowContent = {
  cells: ComponentChildren
  level?: number
  expanded?: boolean
  class?: string
}

export type VirtualRowsProps = {
  /** Name of the list for screen readers. */
  label: string
  role?: 'grid' | 'treegrid'
  count: number
  /** Height of every row but the header's, CSS pixels; 24 when it is left out. */
  size?: number
  /** Index of the active row, −1 for none. It is scrolled into view when it changes. */
  active: number
  /** Another number: the active row, which was looked for, comes to the middle of the list. */
  centred?: number
  onActive(index: number, by: 'key' | 'pointer'): void
  /** Enter or a double click. */
  onOpen?(index: number): void
  /** Keys that do not move: true when it was handled. */
  onKey?(event: KeyboardEvent): boolean
  /** Whether the first row is in view; called when that changes. */
  onTop?(atTop: boolean): void
  /** The last rows are rendered: time to load more. May be called again before there are more. */
  onEnd?(): void
  /** `<HeaderCell>`s that stay on top. */
  header?: ComponentChildren
  row(index: number): RowContent
  /** So many rows are in the document whatever is in view, for paper. */
  printed?: number | undefined
}

/**
 * A list of any length (a browser's limit is about a million rows) in rows of one height. Only those in view are in the
 * document; the active row always is. It fills its parent, which must have a height.
 */
export function VirtualRows(props: VirtualRowsProps) {
  const { label, role = 'grid', count, size = rowHeight, active, header } = props
  const id = useId()
  const view = useView(count, size, header !== undefined)
  useActiveInView(view, props)
  useKeysOfPage(view, props)
  useReports(props, view)
  const { first, last } = props.printed === undefined ? view.window : { first: 0, last: props.printed }
  const indexes = Array.from({ length: last - first }, (_, step) => first + step)
  if (active >= 0 && active < count && (active < first || active >= last)) indexes.push(active)
  const headerRows = header === undefined ? 0 : 1
  const rowAt = useRows(props, id, headerRows)
  return (
    <div
      ref={view.ref}
      class="rows"
      role={role}
      tabIndex={0}
      aria-label={label}
      aria-rowcount={count + headerRows}
      aria-activedescendant={active >= 0 && active < count ? `${id}-${active}` : undefined}
      onScroll={view.measure}
      onKeyDown={(event) => pressed(event, props, view.pageRows)}
    >
      {header !== undefined && (
        <div role="rowgroup" class="rows-header">
          <div role="row" class="row" aria-rowindex={1}>
            {header}
          </div>
        </div>
      )}
      <div role="rowgroup" class="rows-body" style={{ height: `${count * size}px`, '--row': `${size}px` }}>
        {indexes.map(rowAt)}
      </div>
    </div>
  )
}

/** Rows that stay in view while scrolling are not made again: Preact passes over an element that it has seen. */
function useRows(props: VirtualRowsProps, id: string, headerRows: number): (index: number) => VNode {
  const made = useRef({ props, rows: new Map<number, VNode>() })
  // Scrolling changes state of the list alone, so its props are the same object.
  if (made.current.props !== props || made.current.rows.size > mostKept) {
    made.current = { props, rows: new Map() }
  }
  const { rows } = made.current
  const { active, size = rowHeight, row } = props
  return (index) => {
    const known = rows.get(index)
    if (known !== undefined) return known
    const element = (
      <Row
        key={index}
        id={`${id}-${index}`}
        index={index}
        top={index * size}
        rowIndex={index + 1 + headerRows}
        active={index === active}
        content={row(index)}
        props={props}
      />
    )
    rows.set(index, element)
    return element
  }
}

const mostKept = 500

/** A cell of a row. */
export function Cell({ class: name = '', children }: { class?: string; children?: ComponentChildren }) {
  return (
    <div role="gridcell" class={`cell ${name}`}>
      {children}
    </div>
  )
}

/** A cell of the header of a list. */
export function HeaderCell({ class: name = '', children }: { class?: string; children?: ComponentChildren }) {
  return (
    <div role="columnheader" class={`cell ${name}`}>
      {children}
    </div>
  )
}

type RowProps = {
  id: string
  index: number
  top: number
  rowIndex: number
  active: boolean
  content: RowContent
  props: VirtualRowsProps
}

function Row({ id, index, top, rowIndex, active, content, props }: RowProps) {
  return (
    <div
      id={id}
      role="row"
      class={`row ${content.class ?? ''}`}
      aria-rowindex={rowIndex}
      aria-level={content.level}
      aria-expanded={content.expanded}
      aria-selected={active}
      style={{ top: `${top}px` }}
      onClick={() => props.onActive(index, 'pointer')}
      onDblClick={() => props.onOpen?.(index)}
    >
      {content.cells}
    </div>
  )
}

type View = ReturnType<typeof useView>

/** Which rows are in view. It renders anew only when that changes, not for each pixel. */
function useView(count: number, size: number, hasHeader: boolean) {
  const ref = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState({ topRow: 0, height: 600 })
  const measure = () => {
    const list = ref.current
    if (!list) return
    const topRow = Math.floor(list.scrollTop / size)
    const height = list.clientHeight - (hasHeader ? rowHeight : 0)
    setPlace((before) => (before.topRow === topRow && before.height === height ? before : { topRow, height }))
  }
  useLayoutEffect(() => {
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(ref.current!)
    return () => observer.disconnect()
  }, [hasHeader, size])
  const { topRow, height } = place
  return {
    ref,
    measure,
    topRow,
    height,
    pageRows: Math.max(1, Math.floor(height / size) - 1),
    window: windowOf(topRow * size, height, count, size),
  }
}

function useActiveInView(view: View, { active, size = rowHeight, centred = 0 }: VirtualRowsProps): void {
  const last = useRef(0)
  useLayoutEffect(() => {
    const list = view.ref.current
    if (!list || active < 0) return
    list.scrollTop =
      last.current === centred
        ? scrollToShow(active, list.scrollTop, view.height, size)
        : (active + 0.5) * size - view.height / 2
    last.current = centred
  }, [active, view.height, centred])
}

/** The keys that move are those of the list also where nothing else of the page has use for them: no click is needed first. */
function useKeysOfPage(view: View, props: VirtualRowsProps): void {
  const latest = useRef({ props, pageRows: view.pageRows })
  latest.current = { props, pageRows: view.pageRows }
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !leavesArrows(event.target)) return
      if (move(event, latest.current.props, latest.current.pageRows))
        view.ref.current?.focus({ preventScroll: true })
    }
    document.addEventListener('keydown', hear)
    return () => document.removeEventListener('keydown', hear)
  }, [])
}

/** Whether what has the focus has no use for arrows: the page itself, or a button or link beside the list. */
function leavesArrows(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  if (target === document.body || target.id === 'main') return true
  return target.matches('a, button, summary') && target.closest('.pane, .rows, .menu, dialog') === null
}

function useReports({ onTop, onEnd, count }: VirtualRowsProps, view: View): void {
  const atTop = view.topRow === 0
  const atEnd = count > 0 && view.window.last === count
  useEffect(() => onTop?.(atTop), [atTop])
  useEffect(() => {
    if (atEnd) onEnd?.()
  }, [atEnd, count])
}

function pressed(event: KeyboardEvent, props: VirtualRowsProps, pageRows: number): void {
  // A link or button within a row has its own keys.
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
  if (props.onKey?.(event) === true) event.preventDefault()
  else if (!move(event, props, pageRows) && event.key === 'Enter' && props.active >= 0 && props.onOpen) {
    event.preventDefault()
    props.onOpen(props.active)
  }
}

/** True when the key moved the active row. */
function move(event: KeyboardEvent, props: VirtualRowsProps, pageRows: number): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const target = moveActive(event.key, props.active, props.count, pageRows)
  if (target === undefined) return false
  event.preventDefault()
  props.onActive(target, 'key')
  return true
}

import { safeText } from '@clew/otlp/text'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ChainData } from '../../../api/index.ts'
import {
  buildChain,
  type Chain,
  type ChainLabels,
  type ChainView,
  foldedTime,
  isOpen,
  kindOf,
  nearestRow,
  nextOf,
  reveal,
  rowOf,
  searchChain,
  type TimeAxis,
  visibleRows,
} from '../../../chain/index.ts'
import { words } from '../../i18n/words.ts'
import { type LookOf, looksIn } from '../../service-colour.ts'
import { param, setParams } from '../../url-state.ts'
import { type OriginWarning, raisedNodes } from './raised.ts'
import { useActiveRow } from './use-active-row.ts'
import { isOn, parseZoom, readView, type Toggle, toggleParam, viewParams, type Zoom } from './view-address.ts'

/** A chain as it is shown now, and how to change that. Nodes are numbers of {@link Chain}. */
export type ShownChain = {
  chain: Chain
  view: ChainView
  /** The nodes that are shown, in order. */
  rows: Int32Array
  axis: TimeAxis
  zoom: Zoom | undefined
  labels: ChainLabels
  /** How each service of the chain looks: no two are the same. */
  lookOf: LookOf
  /** The active node, −1 for none, and the row where it or what hides it stands. */
  active: number
  activeRow: number
  /** Words that are looked for, and the nodes where they are. */
  words: string[]
  matches: Int32Array
  /** The nodes that raised the warning from which somebody came. */
  raised: ReadonlySet<number>
  is(toggle: Toggle): boolean
  turn(toggle: Toggle, on: boolean): void
  choose(node: number): void
  /** Makes a node visible and active. */
  goTo(node: number): void
  /** The same with a node that was looked for, which comes to the middle of the list. */
  find(node: number): void
  /** Another number after each `find`. */
  centred: number
  change(view: ChainView): void
  setOpen(node: number, open: boolean): void
}

/** A chain of which so much is idle shows nothing of its work unless that is folded, so that it is at first. */
const mostlyIdle = 0.98

/** Everything that is shown of a chain follows from its data and the address. */
export function useChain(data: ChainData, warning: OriginWarning): ShownChain {
  const clocks = isOn('clocks', param('clocks').value)
  const q = param('q').value
  const chain = useMemo(() => buildChain(data, { correctClocks: clocks }), [data, clocks])
  const view = useView(chain)
  const rows = useMemo(() => visibleRows(chain, view), [chain, view])
  const straight = useMemo(() => foldedTime(chain, false), [chain])
  const isMostlyIdle = straight.idleNs > (chain.endNs - chain.startNs) * mostlyIdle
  const folds = param('fold').value === '' ? isMostlyIdle : isOn('fold', param('fold').value)
  const axis = useMemo(() => (folds ? foldedTime(chain, true) : straight), [chain, folds])
  const lookOf = useMemo(() => looksIn(data.resources.map(({ service }) => safeText(service))), [data])
  const matches = useMemo(() => searchChain(chain, q), [chain, q])
  const raised = useMemo(() => raisedNodes(chain, warning), [chain, warning])
  const change = (next: ChainView) => setParams(viewParams(chain, next), 'replace')
  const [active, choose] = useActiveRow(chain, (node) => {
    if (node >= 0 && rowOf(rows, node) < 0) change(reveal(chain, view, node))
  })
  const goTo = (node: number) => {
    if (node < 0) return
    if (rowOf(rows, node) < 0) change(showNode(chain, view, node))
    choose(node)
  }
  const [centred, setCentred] = useState(0)
  const find = (node: number) => {
    if (node < 0) return
    goTo(node)
    setCentred((before) => before + 1)
  }
  useFirstMatch(q, matches, active, find)
  useFirstRaised(raised, active, find)
  return {
    chain,
    view,
    rows,
    axis,
    zoom: parseZoom(param('zoom').value, chain),
    labels: words.value.chain.labels,
    lookOf,
    active,
    activeRow: active < 0 ? -1 : nearestRow(chain, rows, active),
    words: q.split(/\s+/).filter(Boolean),
    matches,
    raised,
    is: (toggle) => (toggle === 'fold' ? folds : isOn(toggle, param(toggle).value)),
    turn: (toggle, on) => {
      const fold = on === isMostlyIdle ? undefined : on ? '1' : '0'
      setParams(toggle === 'fold' ? { fold } : toggleParam(toggle, on), 'replace')
    },
    ...{ choose, goTo, find, centred },
    change,
    setOpen: (node, open) => {
      if (isOpen(chain, view, node) !== open) change(withOpen(chain, view, node, open))
    },
  }
}

function useView(chain: Chain): ChainView {
  const address = {
    lines: param('lines').value,
    events: param('events').value,
    group: param('group').value,
    min: param('min').value,
    closed: param('closed').value,
    open: param('open').value,
  }
  return useMemo(() => readView(chain, address), [chain, ...Object.values(address)])
}

/** A new search goes to its next match; one that was in the address at first only when nothing is active. */
function useFirstMatch(q: string, matches: Int32Array, active: number, goTo: (node: number) => void): void {
  const first = useRef(true)
  useEffect(() => {
    const stays = first.current && active >= 0
    first.current = false
    if (q !== '' && !stays) goTo(nextOf(matches, active - 1, 1))
  }, [q])
}

/** Once they are known the first of them is gone to, unless the address names a row. */
function useFirstRaised(raised: ReadonlySet<number>, active: number, goTo: (node: number) => void): void {
  const done = useRef(false)
  useEffect(() => {
    if (raised.size === 0 || done.current) return
    done.current = true
    if (active < 0) goTo(Math.min(...raised))
  }, [raised])
}

/** The view in which a node is not hidden, neither by what is closed nor by what is filtered out. */
function showNode(chain: Chain, view: ChainView, node: number): ChainView {
  const opened = reveal(chain, view, node)
  const kind = kindOf(chain, node)
  if (kind === 'event') return { ...opened, showEvents: true }
  if (kind !== 'log') return opened
  const severity = chain.data.logs.severity[chain.source[node]!]!
  return { ...opened, showLogs: true, minSeverity: severity < view.minSeverity ? 0 : view.minSeverity }
}

function withOpen(chain: Chain, view: ChainView, node: number, open: boolean): ChainView {
  const isGroup = kindOf(chain, node) === 'group'
  const nodes = new Set(isGroup ? view.openGroups : view.closed)
  if (open === isGroup) nodes.add(node)
  else nodes.delete(node)
  return isGroup ? { ...view, openGroups: nodes } : { ...view, closed: nodes }
}

import { hasChildren, isOpen, nextError, nextOf, parentOf } from '../../../chain/index.ts'
import { words } from '../../i18n/words.ts'
import { useKeys } from '../../keys.ts'
import { setParams } from '../../url-state.ts'
import type { ShownChain } from './use-chain.ts'
import { printZoom } from './view-address.ts'

/** The keys of a chain, beside those of every list. */
export function useChainKeys(shown: ShownChain): void {
  const { chain, view, rows, active, activeRow, matches, find, turn, is } = shown
  const { keys } = words.value.chain
  const row = activeRow < 0 ? -1 : rows[activeRow]!
  const resetZoom = () => setParams({ zoom: undefined }, 'replace')
  useKeys([
    { key: 'ArrowLeft', description: keys.collapse, run: () => collapse(shown, row) },
    { key: 'ArrowRight', description: keys.expand, run: () => expand(shown, row) },
    {
      key: '*',
      description: keys.expandAll,
      run: () => setParams({ closed: undefined, open: '*' }, 'replace'),
    },
    { key: 'Enter', description: keys.details, run: () => row >= 0 && turn('details', true) },
    { key: 'e', description: keys.nextError, run: () => find(nextError(chain, active, 1)) },
    { key: 'E', description: keys.previousError, run: () => find(previous(chain.errors.all, active)) },
    { key: 'n', description: keys.nextMatch, run: () => find(nextOf(matches, active, 1)) },
    { key: 'N', description: keys.previousMatch, run: () => find(previous(matches, active)) },
    { key: 'l', description: keys.lines, run: () => turn('lines', !view.showLogs) },
    { key: 'g', description: keys.groups, run: () => turn('group', !view.grouped) },
    { key: 'f', description: keys.fold, run: () => turn('fold', !is('fold')) },
    { key: 'z', description: keys.zoom, run: () => row >= 0 && zoomTo(shown, row) },
    { key: '0', description: keys.resetZoom, run: resetZoom },
    { key: 'Escape', description: keys.resetZoom, run: resetZoom },
    {
      key: 'c',
      description: keys.copy,
      run: () => void navigator.clipboard.writeText(chain.data.traceId),
    },
  ])
}

/** With nothing active the last one. */
function previous(nodes: Int32Array, active: number): number {
  return active < 0 ? (nodes.at(-1) ?? -1) : nextOf(nodes, active, -1)
}

function collapse(shown: ShownChain, node: number): void {
  if (node < 0) return
  const { chain, view } = shown
  if (hasChildren(chain, node) && isOpen(chain, view, node)) shown.setOpen(node, false)
  else shown.goTo(parentOf(chain, view, node))
}

function expand(shown: ShownChain, node: number): void {
  if (node < 0 || !hasChildren(shown.chain, node)) return
  if (!isOpen(shown.chain, shown.view, node)) shown.setOpen(node, true)
  else if (shown.activeRow + 1 < shown.rows.length) shown.choose(shown.rows[shown.activeRow + 1]!)
}

/** A row with some room around it; what has no length is shown in a hundredth of the chain. */
function zoomTo({ chain }: ShownChain, node: number): void {
  const long = chain.duration[node]! || (chain.endNs - chain.startNs) / 100
  const from = chain.start[node]! - long * 0.1
  setParams({ zoom: printZoom({ fromNs: from, toNs: from + long * 1.2 }) }, 'replace')
}

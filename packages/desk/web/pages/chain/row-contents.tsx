import { formatOffset } from '@clew/otlp/text'
import { useMemo } from 'preact/hooks'
import {
  type Chain,
  describeRow,
  hasChildren,
  hasFlag,
  isOpen,
  kindOf,
  levelOf,
} from '../../../chain/index.ts'
import { Cell, type RowContent } from '../../components/virtual-rows.tsx'
import { type CriticalPieces, LaneCell } from './lane-cell.tsx'
import type { Lane } from './lane-geometry.ts'
import { TreeCell } from './tree-cell.tsx'
import type { ShownChain } from './use-chain.ts'

const mostKept = 1_000

/**
 * What a node's row shows. It is the same object as long as nothing that it shows changes, so that neither a key nor the
 * wheel makes rows anew that are there already.
 */
export function useRowContents(shown: ShownChain, lane: Lane): (node: number) => RowContent {
  const { chain, view, labels, matches, raised } = shown
  const critical = useMemo(() => criticalPieces(chain), [chain])
  const kept = useMemo(
    () => new Map<number, RowContent>(),
    [chain, view, labels, matches, raised, lane, shown.is('critical')],
  )
  return (node) => {
    const known = kept.get(node)
    if (known) return known
    if (kept.size >= mostKept) kept.clear()
    const content = rowContent(shown, lane, critical, node)
    kept.set(node, content)
    return content
  }
}

function rowContent(shown: ShownChain, lane: Lane, critical: CriticalPieces, node: number): RowContent {
  const { chain, view, matches } = shown
  const text = describeRow(chain, node, shown.labels)
  const at = formatOffset(chain.start[node]! - chain.startNs, chain.endNs - chain.startNs)
  return {
    level: levelOf(chain, view, node) + 1,
    ...(hasChildren(chain, node) && { expanded: isOpen(chain, view, node) }),
    class: [
      `row-${kindOf(chain, node)}`,
      hasFlag(chain, node, 'errorPath') && 'on-error-path',
      shown.raised.has(node) && 'is-raised',
      shown.words.length > 0 && matches.includes(node) && 'is-match',
    ]
      .filter(Boolean)
      .join(' '),
    cells: (
      <>
        <TreeCell shown={shown} node={node} text={text} />
        <Cell class="at end muted number">{at}</Cell>
        <LaneCell shown={shown} lane={lane} node={node} text={text} critical={critical} />
      </>
    ),
  }
}

function criticalPieces({ critical }: Chain): CriticalPieces {
  const pieces = new Map<number, number[]>()
  for (let at = 0; at < critical.node.length; at++) {
    const [node, from, to] = [critical.node[at]!, critical.start[at]!, critical.end[at]!]
    const known = pieces.get(node)
    if (known) known.push(from, to)
    else pieces.set(node, [from, to])
  }
  return pieces
}

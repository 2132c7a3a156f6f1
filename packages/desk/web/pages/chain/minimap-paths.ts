import { type Chain, hasFlag, kindOf, type TimeAxis } from '../../../chain/index.ts'

/** The minimap is so many units wide, and has so many lanes below each other. */
export const minimapWidth = 1000
export const minimapLanes = 6

/** SVG paths of all spans by lane, of what failed, and of the estimated critical path, in units of the minimap. */
export type MinimapPaths = { spans: string; waits: string; failed: string; critical: string }

/** However many spans there are, a path has at most one piece for each unit and lane. */
export function minimapPaths(chain: Chain, axis: TimeAxis): MinimapPaths {
  const spans = coverage()
  const waits = coverage()
  const failed = coverage()
  const critical = coverage()
  const mark = (rows: Uint8Array[], lane: number, startNs: number, endNs: number) => {
    const from = Math.floor(axis.toX(startNs) * minimapWidth)
    const to = Math.max(from + 2, Math.ceil(axis.toX(endNs) * minimapWidth))
    rows[lane]!.fill(1, Math.max(0, from), to)
  }
  for (let node = 0; node < chain.count; node++) {
    const kind = kindOf(chain, node)
    if (kind !== 'span' && kind !== 'wait') continue
    const lane = Math.min(minimapLanes - 1, chain.depth[node]! - chain.groupsAbove[node]!)
    const rows = kind === 'wait' ? waits : hasFlag(chain, node, 'failed') ? failed : spans
    mark(rows, lane, chain.start[node]!, chain.start[node]! + chain.duration[node]!)
  }
  const pieces = chain.critical
  for (let at = 0; at < pieces.node.length; at++) mark(critical, 0, pieces.start[at]!, pieces.end[at]!)
  return {
    spans: pathOf(spans),
    waits: pathOf(waits),
    failed: pathOf(failed),
    critical: pathOf(critical.slice(0, 1)),
  }
}

function coverage(): Uint8Array[] {
  return Array.from({ length: minimapLanes }, () => new Uint8Array(minimapWidth + 2))
}

/** Runs of covered units as horizontal lines in the middle of their lane, which is 4 units high. */
function pathOf(rows: Uint8Array[]): string {
  let path = ''
  for (const [lane, row] of rows.entries()) {
    for (let from = row.indexOf(1); from >= 0; ) {
      const end = row.indexOf(0, from)
      const to = end < 0 ? row.length : end
      path += `M${from} ${lane * 4 + 2}H${to}`
      from = row.indexOf(1, to)
    }
  }
  return path
}

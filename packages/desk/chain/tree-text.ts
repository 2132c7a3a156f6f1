import { describeRow, type RowText } from './describe-row.ts'
import { formatOffset } from './duration.ts'
import { type Chain, type ChainView, hasFlag } from './model.ts'
import { levelOf, visibleRows } from './rows.ts'

const offsetWidth = 11
/** Deeper rows do not move further to the right; they say how deep they are. */
const deepest = 40

/** The rows that a view shows, as lines of a tree with their instants before them. */
export function treeLines(chain: Chain, view: ChainView): string[] {
  const rows = visibleRows(chain, view)
  const total = chain.endNs - chain.startNs
  const branches = branchesOf(chain, view, rows)
  return Array.from(rows, (node, row) => {
    const at = formatOffset(chain.start[node]! - chain.startNs, total).padStart(offsetWidth)
    return `${at}  ${branches[row]}${rowAsText(chain, node)}`
  })
}

/** `├─ `, `└─ ` and the lines of the rows above, from the last row back: only then is known what still follows. */
function branchesOf(chain: Chain, view: ChainView, rows: Int32Array): string[] {
  const branches: string[] = []
  const follows: boolean[] = []
  for (let row = rows.length - 1; row >= 0; row--) {
    const level = levelOf(chain, view, rows[row]!)
    const drawn = Math.min(level, deepest)
    let branch = ''
    for (let above = 1; above < drawn; above++) branch += follows[above] ? '│  ' : '   '
    if (level > 0) branch += follows[level] ? '├─ ' : '└─ '
    branches[row] = level > deepest ? `${branch}⋯${level - deepest} ` : branch
    follows.length = Math.min(follows.length, level + 1)
    while (follows.length < level) follows.push(false)
    follows[level] = true
  }
  return branches
}

function rowAsText(chain: Chain, node: number): string {
  const row = describeRow(chain, node)
  const isFailed = hasFlag(chain, node, 'failed')
  const parts = [
    `${marks[row.kind](row)}${row.label}${row.detail && ` ${row.detail}`}`,
    row.duration,
    row.kind !== 'log' && row.service && `[${row.service}]`,
    row.badge,
    row.linkedTrace && `trace ${row.linkedTrace.slice(0, 8)}`,
    isFailed && `ERROR ${row.message}`.trimEnd(),
  ]
  return parts.filter(Boolean).join('  ')
}

const marks: { [Kind in RowText['kind']]: (row: RowText) => string } = {
  span: ({ linkedTrace }) => (linkedTrace ? '↪ ' : ''),
  log: ({ severity }) => `${(severity || 'LOG').padEnd(5)} `,
  event: () => '• ',
  wait: () => '⏳ ',
  group: () => '',
  lost: ({ linkedTrace }) => (linkedTrace ? '↪ ' : ''),
  note: () => '',
}

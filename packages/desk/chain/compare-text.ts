import { formatDuration, safeText } from '@clew/otlp/text'
import type { ChainData } from '../api/chain.ts'
import type { ChainComparison, ComparedSide } from '../api/compare.ts'
import { type AlignedRow, type Alignment, alignChains, changeThreshold, type Sum } from './align-chains.ts'
import { buildChain } from './build-chain.ts'
import { countsOf } from './chain-text.ts'
import { comparedRows, nameInFirst, totalChange } from './compared-rows.ts'
import { describeRow } from './describe-row.ts'
import { type Chain, hasFlag, kindOf } from './model.ts'

/** Rows in a text and in JSON; the others are counted. */
const mostTextRows = 2_000
const mostJsonRows = 20_000

/** The comparison of two chains as data: every row, with its words in English. */
export function compareChains(a: ChainData, b: ChainData): ChainComparison {
  const alignment = alignChains(buildChain(a), buildChain(b))
  const { rows, counts, left } = alignment
  return {
    a: headOf(alignment.a),
    b: headOf(alignment.b),
    threshold: { ...changeThreshold },
    counts,
    rows: rows.slice(0, mostJsonRows).map((row) => {
      const { label, detail, service } = wordsOf(alignment, row)
      const { depth, verdict, deltaNs, failure, repeated } = row
      return {
        depth,
        kind: kindOf(...nodeOf(alignment, row)),
        label,
        detail,
        service,
        verdict,
        deltaNs,
        failure,
        a: sideOf(alignment.a, row.a, repeated?.a),
        b: sideOf(alignment.b, row.b, repeated?.b),
      }
    }),
    moreRows: Math.max(0, rows.length - mostJsonRows),
    left,
  }
}

/** What differs between two chains as a tree for terminals: rows that differ and those above them. */
export function comparisonAsText(a: ChainData, b: ChainData): string {
  const alignment = alignChains(buildChain(a), buildChain(b))
  const { counts, left, rows } = alignment
  const open = new Set(
    rows.flatMap((row, index) => (row.repeated && hasNewFailure(rows, index) ? [index] : [])),
  )
  const shown = comparedRows(alignment, { onlyChanges: true, open, closed: new Set() })
  const table = [...shown.slice(0, mostTextRows)].map((row) => cellsOf(alignment, rows[row]!))
  const lines = [
    `A ${safeText(a.traceId)}  ${countsOf(alignment.a)}`,
    `B ${safeText(b.traceId)}  ${countsOf(alignment.b)}`,
    `B against A: ${totalChange(alignment)} in all; ${counts.slower} slower, ${counts.faster} faster, ${counts.missing} missing, ${counts.new} new, ${counts.same} same`,
    `slower or faster: by ${changeThreshold.share * 100} % of A and by ${formatDuration(changeThreshold.ns)} or more`,
    ...(left > 0 ? [`${left} rows were not compared: the chains have too many`] : []),
    '',
    ...(table.length === 0 ? ['nothing differs'] : inColumns([['A', 'B', 'B against A', ''], ...table])),
    ...(shown.length > mostTextRows ? [`… and ${shown.length - mostTextRows} more rows`] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** Whether a row of repeated siblings hides one that failed in one chain alone. */
function hasNewFailure(rows: readonly AlignedRow[], index: number): boolean {
  for (let row = index + 1; row < rows[index]!.end; row++) if (rows[row]!.failure !== '') return true
  return false
}

function nodeOf({ a, b }: Alignment, row: AlignedRow): [chain: Chain, node: number] {
  return row.b >= 0 ? [b, row.b] : [a, row.a]
}

function wordsOf(alignment: Alignment, row: AlignedRow): { label: string; detail: string; service: string } {
  return describeRow(...nodeOf(alignment, row))
}

function headOf(chain: Chain): ChainComparison['a'] {
  const { data, startNs, endNs } = chain
  const first = Math.max(0, chain.kind.indexOf(0))
  return {
    traceId: data.traceId,
    name: chain.count > 0 ? describeRow(chain, first).label : '',
    durationNs: endNs - startNs,
    spans: data.spans.ref.length,
    lines: data.logs.ref.length,
  }
}

function sideOf(chain: Chain, node: number, sum: Sum | undefined): ComparedSide | null {
  if (node < 0) return null
  return {
    atNs: chain.start[node]! - chain.startNs,
    durationNs: sum?.ns ?? chain.duration[node]!,
    count: sum?.count ?? 1,
    failed: hasFlag(chain, node, 'failed'),
  }
}

function cellsOf(alignment: Alignment, row: AlignedRow): string[] {
  const { label, detail, service } = wordsOf(alignment, row)
  const failure = { '': '', now: 'fails in B', before: 'failed in A' }[row.failure]
  const before = nameInFirst(alignment, row)
  const name = [label, detail, before && `(A: ${before})`, service && `[${service}]`, failure]
    .filter(Boolean)
    .join('  ')
  return [
    timeOf(alignment.a, row.a, row.repeated?.a),
    timeOf(alignment.b, row.b, row.repeated?.b),
    changeOf(row),
    `${'  '.repeat(row.depth)}${name}`,
  ]
}

function timeOf(chain: Chain, node: number, sum: Sum | undefined): string {
  if (node < 0) return '–'
  if (sum) return `${sum.count}× ${formatDuration(sum.ns)}`
  const kind = kindOf(chain, node)
  return kind === 'log' || kind === 'event' ? '·' : formatDuration(chain.duration[node]!)
}

function changeOf({ verdict, deltaNs }: AlignedRow): string {
  if (deltaNs === 0) return verdict === 'same' ? '' : verdict
  const change = `${deltaNs > 0 ? '+' : '−'}${formatDuration(Math.abs(deltaNs))}`
  return verdict === 'same' ? change : `${verdict} ${change}`
}

function inColumns(table: readonly string[][]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((cells) => cells[column]!.length)))
  return table.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

import { type Chain, type ChainView, describeRow, kindOf, levelOf } from '../../../chain/index.ts'
import { textWidth } from '../../text-width.ts'

/** Of how many rows the first part is looked at: it must not take longer where there are more. */
const rowsRead = 200
/** Text of rows is larger than that of bars. */
const enlarged = 13 / 11
const indentPx = 12
const deepest = 16
/** Opener, icon, gaps, and the column of instants. */
const aroundPx = 176
const severityPx = 60

/** How much of a row, in percent, the tree of a chain takes before anybody says so: what its texts need, between `least` and `most`. */
export function treeShareFor(
  { chain, view, rows }: { chain: Chain; view: ChainView; rows: Int32Array },
  widthPx: number,
  { least = 20, most = 40 } = {},
): number {
  let widest = 0
  for (const node of rows.slice(0, rowsRead)) {
    const { label, detail, message, service, badge } = describeRow(chain, node)
    const texts = [label, detail, message, service, badge].filter(Boolean)
    const px = texts.reduce((sum, text) => sum + textWidth(text) * enlarged + 8, 0)
    const before = Math.min(deepest, levelOf(chain, view, node)) * indentPx
    widest = Math.max(widest, before + px + (kindOf(chain, node) === 'log' ? severityPx : 0))
  }
  return Math.round(Math.min(most, Math.max(least, ((widest + aroundPx) / widthPx) * 100)))
}

import { formatDuration, type RowText } from '@clew/otlp/text'
import {
  type AlignedRow,
  type Alignment,
  type Chain,
  describeRow,
  isRowOpen,
  kindOf,
  nameInFirst,
  type Sum,
} from '../../../chain/index.ts'
import { Icon, type IconName } from '../../components/icon.tsx'
import { HighlightedText, ServiceMark } from '../../components/telemetry.tsx'
import { Cell } from '../../components/virtual-rows.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { colourValue } from '../../service-colour.ts'
import { chainHref } from '../../url.ts'
import { rowName } from '../chain/row-name.ts'
import type { ShownComparison } from './use-comparison.ts'

const deepest = 16

/** The row of both chains: what it is, how long it took in each, and what changed. */
export function ComparedCells({ comparison, row }: { comparison: ShownComparison; row: number }) {
  const { alignment } = comparison
  const aligned = alignment.rows[row]!
  const { labels } = words.value.chain
  const text = describeRow(...nodeOf(alignment, aligned), labels)
  const before = nameInFirst(alignment, aligned, labels)
  return (
    <>
      <Cell class="tree">
        <Place comparison={comparison} row={row} />
        <Icon name={icons[text.kind]} />
        {text.service !== '' && (
          <span class="service" title={text.service}>
            <ServiceMark look={comparison.lookOf(text.service)} />
            <span class="unseen">{text.service}</span>
          </span>
        )}
        <span class="what">
          <HighlightedText text={text.label} />
          {text.detail && (
            <span class="muted detail">
              <HighlightedText text={text.detail} />
            </span>
          )}
          {before && (
            <span class="muted detail">
              <HighlightedText text={words.value.compare.inFirst(before)} />
            </span>
          )}
        </span>
        <Failure failure={aligned.failure} />
      </Cell>
      <Cell class="side end number">{timeOf(alignment.a, aligned.a, aligned.repeated?.a)}</Cell>
      <Cell class="side end number">{timeOf(alignment.b, aligned.b, aligned.repeated?.b)}</Cell>
      <Cell class="change number">
        <Change row={aligned} />
      </Cell>
      <Cell class="both grow">
        <Bars comparison={comparison} row={aligned} text={text} />
      </Cell>
    </>
  )
}

/** The address of a row in its chain: in the second one, if that has it. */
export function rowHref(alignment: Alignment, row: AlignedRow): string {
  const [chain, node] = nodeOf(alignment, row)
  const name = rowName(chain, node)
  return chainHref(chain.data.traceId, name.startsWith('log-') ? { log: name.slice(4) } : { span: name })
}

function nodeOf({ a, b }: Alignment, row: AlignedRow): [chain: Chain, node: number] {
  return row.b >= 0 ? [b, row.b] : [a, row.a]
}

function Place({ comparison, row }: { comparison: ShownComparison; row: number }) {
  const { alignment, view, setOpen } = comparison
  const { depth, end } = alignment.rows[row]!
  const open = isRowOpen(view, alignment.rows, row)
  return (
    <>
      <span class="indent" style={{ width: `${Math.min(depth, deepest) * 12}px` }} />
      {end === row + 1 ? (
        <span class="expander" />
      ) : (
        <button
          type="button"
          class="quiet expander"
          tabIndex={-1}
          aria-hidden="true"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => setOpen(row, !open)}
        >
          <Icon name={open ? 'open' : 'closed'} />
        </button>
      )}
    </>
  )
}

const icons: Record<RowText['kind'], IconName> = {
  span: 'internal',
  log: 'event',
  event: 'event',
  wait: 'wait',
  group: 'group',
  lost: 'lost',
  note: 'note',
}

function Failure({ failure }: { failure: AlignedRow['failure'] }) {
  const { failsNow, failedBefore } = words.value.compare
  if (failure === '') return null
  return (
    <span class="severity-error failed-mark">
      <Icon name="error" />
      {failure === 'now' ? failsNow : failedBefore}
    </span>
  )
}

function timeOf(chain: Chain, node: number, sum: Sum | undefined): string {
  if (node < 0) return '–'
  if (sum) return `${formatCount(sum.count)}× ${formatDuration(sum.ns)}`
  const kind = kindOf(chain, node)
  return kind === 'log' || kind === 'event' ? '·' : formatDuration(chain.duration[node]!)
}

/** The word says it, never the colour alone; of repeated siblings also how many they are. */
function Change({ row: { verdict, deltaNs, repeated } }: { row: AlignedRow }) {
  const { verdicts, times } = words.value.compare
  const count = repeated && repeated.a.count !== repeated.b.count
  return (
    <>
      {verdict !== 'same' && <span class={`verdict-${verdict}`}>{verdicts[verdict]}</span>}{' '}
      {count && (
        <span class="badge">{times(formatCount(repeated.a.count), formatCount(repeated.b.count))}</span>
      )}{' '}
      {deltaNs !== 0 && `${deltaNs > 0 ? '+' : '−'}${formatDuration(Math.abs(deltaNs))}`}
    </>
  )
}

/** When the row was in each chain, both from their starts on and in the scale of the longer one. */
function Bars({ comparison, row, text }: { comparison: ShownComparison; row: AlignedRow; text: RowText }) {
  const { a, b } = comparison.alignment
  const wholeNs = Math.max(a.endNs - a.startNs, b.endNs - b.startNs, 1)
  const colour = text.service === '' ? 'var(--muted)' : colourValue(comparison.lookOf(text.service))
  const styleOf = (chain: Chain, node: number) => ({
    left: percent((chain.start[node]! - chain.startNs) / wholeNs),
    width: percent(chain.duration[node]! / wholeNs),
    background: colour,
  })
  return (
    <>
      {row.a >= 0 && <span class="side-bar side-bar-a" style={styleOf(a, row.a)} />}
      {row.b >= 0 && <span class="side-bar side-bar-b" style={styleOf(b, row.b)} />}
    </>
  )
}

function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 1e6) / 1e4}%`
}

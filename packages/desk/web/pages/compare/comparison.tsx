import { formatDuration, safeText } from '@clew/otlp/text'
import type { ChainData } from '../../../api/index.ts'
import type { Chain } from '../../../chain/index.ts'
import { changeThreshold, describeRow, isRowOpen, kindOf, totalChange } from '../../../chain/index.ts'
import { Icon } from '../../components/icon.tsx'
import { Title } from '../../components/page.tsx'
import { Duration, TimeText } from '../../components/telemetry.tsx'
import { HeaderCell, VirtualRows } from '../../components/virtual-rows.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { chainHref, compareHref } from '../../url.ts'
import { go } from '../../url-state.ts'
import { ComparedCells, rowHref } from './compared-cells.tsx'
import { type ShownComparison, useComparison } from './use-comparison.ts'

/** Two chains that are here. */
export function Comparison({ a, b }: { a: ChainData; b: ChainData }) {
  const comparison = useComparison(a, b)
  const { alignment, view, shown, active } = comparison
  const text = words.value.compare
  return (
    <div class="comparison">
      <Head comparison={comparison} />
      <div class="timeline">
        {shown.length === 0 ? (
          <p class="empty">{text.nothing}</p>
        ) : (
          <VirtualRows
            label={text.table}
            role="treegrid"
            count={shown.length}
            active={active}
            onActive={comparison.choose}
            onOpen={(index) => go(rowHref(alignment, alignment.rows[shown[index]!]!))}
            header={<Header />}
            row={(index) => {
              const row = shown[index]!
              const { depth, end, verdict } = alignment.rows[row]!
              return {
                level: depth + 1,
                ...(end > row + 1 && { expanded: isRowOpen(view, alignment.rows, row) }),
                class: `is-${verdict}`,
                cells: <ComparedCells comparison={comparison} row={row} />,
              }
            }}
          />
        )}
      </div>
    </div>
  )
}

function Header() {
  const { columns } = words.value.compare
  return (
    <>
      <HeaderCell class="tree">{columns.what}</HeaderCell>
      <HeaderCell class="side end">{columns.a}</HeaderCell>
      <HeaderCell class="side end">{columns.b}</HeaderCell>
      <HeaderCell class="change">{columns.change}</HeaderCell>
      <HeaderCell class="both grow">{columns.time}</HeaderCell>
    </>
  )
}

function Head({ comparison }: { comparison: ShownComparison }) {
  const { alignment, view } = comparison
  const { a, b, counts, left } = alignment
  const text = words.value.compare
  const verdicts = ['slower', 'missing', 'new', 'faster', 'same'] as const
  return (
    <header class="chain-head compare-head">
      <Title>{text.title}</Title>
      <dl>
        <Side name="A" chain={a} />
        <Side name="B" chain={b} />
      </dl>
      <p class="compare-counts">
        <strong class="number">{text.total(totalChange(alignment))}</strong>
        {verdicts.map((verdict) => (
          <span key={verdict} class={`number verdict-${verdict}`}>
            {text.counts[verdict](counts[verdict])}
          </span>
        ))}
        <button
          type="button"
          class="chip"
          aria-pressed={view.onlyChanges}
          onClick={() => comparison.turn(!view.onlyChanges)}
        >
          {view.onlyChanges && <Icon name="check" />}
          {text.onlyChanges}
        </button>
        <a href={compareHref(b.data.traceId, a.data.traceId)}>{text.swap}</a>
      </p>
      <p class="muted">
        {text.threshold(changeThreshold.share * 100, formatDuration(changeThreshold.ns))} {text.byName}
        {left > 0 && <strong> {text.left(left)}</strong>}
      </p>
    </header>
  )
}

function Side({ name, chain }: { name: 'A' | 'B'; chain: Chain }) {
  const { data, startNs, endNs } = chain
  const { counts } = words.value.chain
  let first = 0
  while (first < chain.count - 1 && kindOf(chain, first) !== 'span') first++
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <a href={chainHref(data.traceId)}>
          <bdi>{describeRow(chain, first, words.value.chain.labels).label}</bdi>
        </a>{' '}
        <TimeText unixNano={String(BigInt(data.startUnixNano) + BigInt(Math.round(startNs)))} />{' '}
        <strong>
          <Duration ns={endNs - startNs} />
        </strong>{' '}
        <span class="muted number">
          {counts.spans(data.spans.ref.length, formatCount(data.spans.ref.length))}{' '}
          {counts.lines(data.logs.ref.length, formatCount(data.logs.ref.length))}{' '}
          <span class="mono">{safeText(data.traceId).slice(0, 8)}</span>
        </span>
      </dd>
    </div>
  )
}

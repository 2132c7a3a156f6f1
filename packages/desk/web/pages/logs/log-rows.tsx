import type { LogRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { HighlightedText, ServiceDot, Severity, TimeText } from '../../components/telemetry.tsx'
import { Cell, HeaderCell, type RowContent } from '../../components/virtual-rows.tsx'
import { formatCount, unixMsOf } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { chainHref } from '../../url.ts'

/** What of a line can be seen on the widest screen. */
const shownLength = 1_000

/** The heads of the columns of {@link logRow}. */
export function LogHeader() {
  const { time, severity, service, line, chain } = words.value.logs.columns
  return (
    <>
      <HeaderCell class="log-time">{time}</HeaderCell>
      <HeaderCell class="log-severity">{severity}</HeaderCell>
      <HeaderCell class="log-service">{service}</HeaderCell>
      <HeaderCell class="grow">{line}</HeaderCell>
      <HeaderCell class="log-chain">
        <span class="unseen">{chain}</span>
      </HeaderCell>
    </>
  )
}

/** A line as a row, with the words of the search marked. `isCentre`: it is the one whose surroundings are shown. */
export function logRow(row: LogRow, marked: readonly string[], isCentre = false): RowContent {
  return {
    class: isCentre ? 'centre' : '',
    cells: (
      <>
        <Cell class="log-time">
          {isCentre && <span class="unseen">{words.value.logs.around.centre} </span>}
          <TimeText unixNano={row.timeUnixNano} />
        </Cell>
        <Cell class="log-severity">
          <Severity severity={row.severity} />
        </Cell>
        <Cell class="log-service">
          <ServiceDot name={row.service} />
        </Cell>
        <Cell class="grow log-line">
          <Weight weight={row.weight} />{' '}
          <HighlightedText text={row.text.slice(0, shownLength)} words={marked} />
          {row.fields && (
            <span class="muted log-fields">
              <HighlightedText text={row.fields} words={marked} />
            </span>
          )}
        </Cell>
        <Cell class="log-chain">{row.traceId && <ChainLink row={row} />}</Cell>
      </>
    ),
  }
}

/** Of a line that stands for others, or was held until its chain was kept. */
function Weight({ weight }: { weight: number | undefined }) {
  if (weight === undefined) return null
  const { released, releasedMore, standsFor } = words.value.logs.weight
  const count = formatCount(weight)
  if (weight === 0)
    return (
      <span class="badge log-weight released" title={releasedMore}>
        {released}
      </span>
    )
  return (
    <span class="badge log-weight" title={standsFor(count)}>
      ×{count}
    </span>
  )
}

/** For the pointer; the keyboard has a key for the active line. */
function ChainLink({ row }: { row: LogRow }) {
  const { openChain } = words.value.logs
  return (
    <a href={chainHref(row.traceId, { log: row.ref })} tabIndex={-1} title={openChain} aria-label={openChain}>
      <Icon name="ball" />
    </a>
  )
}

/** Whether a line is of another day, so that its time is long. */
export function isOfOtherDay(row: LogRow | undefined, nowMs: number): boolean {
  return (
    row !== undefined &&
    new Date(unixMsOf(row.timeUnixNano)).toDateString() !== new Date(nowMs).toDateString()
  )
}

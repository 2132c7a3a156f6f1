import { lowestSeverity } from '@clew/otlp/severity'
import type { Pattern } from '../../../api/index.ts'
import { ServiceDot, Severity } from '../../components/telemetry.tsx'
import { Cell, HeaderCell, type RowContent } from '../../components/virtual-rows.tsx'
import { formatAge, formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { BandCell } from './band-cell.tsx'
import type { Bands } from './bands.ts'
import { Template, Trend } from './pattern-parts.tsx'

/** The heads of the columns of {@link patternRow}. */
export function PatternHeader() {
  const { count, trend, band, severity, text, services, first, last } = words.value.patterns.columns
  return (
    <>
      <HeaderCell class="pattern-count end">{count}</HeaderCell>
      <HeaderCell class="pattern-trend">{trend}</HeaderCell>
      <HeaderCell class="pattern-band">{band}</HeaderCell>
      <HeaderCell class="pattern-severity">{severity}</HeaderCell>
      <HeaderCell class="grow">{text}</HeaderCell>
      <HeaderCell class="pattern-services">{services}</HeaderCell>
      <HeaderCell class="pattern-age end">{first}</HeaderCell>
      <HeaderCell class="pattern-age end">{last}</HeaderCell>
    </>
  )
}

type Shown = { stepMs: number; marked: readonly string[]; nowMs: number; bands: Bands }

/** A pattern as a row of the list. */
export function patternRow(pattern: Pattern, { stepMs, marked, nowMs, bands }: Shown): RowContent {
  return {
    cells: (
      <>
        <Cell class="pattern-count end">
          <span class="number">{formatCount(pattern.count)}</span>
        </Cell>
        <Cell class="pattern-trend">
          <Trend trend={pattern.trend} stepMs={stepMs} />
        </Cell>
        <Cell class="pattern-band">
          <BandCell id={pattern.id} bands={bands} />
        </Cell>
        <Cell class="pattern-severity">
          <UsualSeverity pattern={pattern} />
        </Cell>
        <Cell class="grow">
          {pattern.isNew && <NewBadge />}
          <Template text={pattern.text} marked={marked} />
        </Cell>
        <Cell class="pattern-services">
          <Services names={pattern.services} />
        </Cell>
        <Cell class="pattern-age end">
          <Age unixMs={pattern.firstUnixMs} nowMs={nowMs} />
        </Cell>
        <Cell class="pattern-age end">
          <Age unixMs={pattern.lastUnixMs} nowMs={nowMs} />
        </Cell>
      </>
    ),
  }
}

/** The level that its lines usually have, and how many were errors where that is no error. */
export function UsualSeverity({ pattern: { severity, errors } }: { pattern: Pattern }) {
  return (
    <span class="usual-severity">
      <Severity severity={severity} />
      {errors > 0 && severity < lowestSeverity.error && (
        <span class="severity-error number pattern-errors">
          {words.value.patterns.errors(errors, formatCount(errors))}
        </span>
      )}
    </span>
  )
}

export function NewBadge() {
  return <span class="new-badge">{words.value.patterns.isNew}</span>
}

/** How long ago; the title has the instant. */
export function Age({ unixMs, nowMs }: { unixMs: number; nowMs: number }) {
  const iso = new Date(unixMs).toISOString()
  return (
    <time class="number" dateTime={iso} title={iso}>
      {formatAge(unixMs, nowMs)}
    </time>
  )
}

/** The first service, and how many more. */
function Services({ names }: { names: readonly string[] }) {
  const [first, ...others] = names
  return (
    <span class="pattern-names" title={names.join(', ')}>
      {first !== undefined && <ServiceDot name={first} />}
      {others.length > 0 && <span class="muted number">+{others.length}</span>}
    </span>
  )
}

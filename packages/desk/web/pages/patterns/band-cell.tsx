import { useEffect } from 'preact/hooks'
import type { PatternDeparture, PatternSeries } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { formatCount, formatMinute } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'
import { bandHeight, bandPaths, bandWidth, lastWindow, minuteMs } from './band-paths.ts'
import type { Bands } from './bands.ts'

/** What is known of a pattern that is in view. */
export function useBand(id: number, bands: Bands): PatternSeries | undefined {
  useEffect(() => bands.show(id), [id, bands])
  return bands.known.value.get(id)
}

/** In a row: what came beside what was expected, and a way to what stood out last. */
export function BandCell({ id, bands }: { id: number; bands: Bands }) {
  const series = useBand(id, bands)
  const text = words.value.patterns.band
  const failure = bands.failure.value
  if (!series) return failure ? <span class="muted">{text.unknown}</span> : null
  const newest = series.departures.at(-1)
  return (
    <span class="band-cell">
      {series.state === 'expected' ? <BandChart series={series} /> : <BandState series={series} />}
      {newest && <DepartureLink id={id} departure={newest} />}
    </span>
  )
}

/** Why there is no band. */
export function BandState({ series: { state, learntMinutes, learnMinutes } }: { series: PatternSeries }) {
  const { learning, unwatched } = words.value.patterns.band
  const text =
    state === 'unwatched' ? unwatched : learning(formatCount(learntMinutes), formatCount(learnMinutes))
  return (
    <span class="band-state muted" title={text}>
      {text}
    </span>
  )
}

/** What was expected as an area, what came as a line, and marks where it left it; all of it in words, too. */
export function BandChart({ series }: { series: PatternSeries }) {
  const paths = bandPaths(series)
  if (!paths) return <span class="muted">{words.value.patterns.band.unknown}</span>
  const label = bandText(series)
  return (
    <svg
      class="band"
      viewBox={`0 0 ${bandWidth} ${bandHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path class="band-area" d={paths.area} />
      <path class="band-line" d={paths.line} />
      <path class="band-outside" d={paths.outside} />
      <path class="band-marks" d={paths.marks} />
    </svg>
  )
}

/** How many came last, how many were expected, and when it was not so. */
export function bandText(series: PatternSeries): string {
  const { now, expected, unknown } = words.value.patterns.band
  const last = lastWindow(series)
  if (!last) return unknown
  return [
    now(formatCount(last.now), formatMinute(last.atUnixMs)),
    expected(formatCount(last.low), formatCount(last.high)),
    ...series.departures.map(departureText),
  ].join('; ')
}

export function departureText({ side, fromUnixMs, toUnixMs }: PatternDeparture): string {
  const { sides, during } = words.value.patterns.band
  return `${sides[side]}, ${during(formatMinute(fromUnixMs), formatMinute(toUnixMs))}`
}

/** To the warning that told of it, else to the lines of its first minute. */
function DepartureLink({ id, departure }: { id: number; departure: PatternDeparture }) {
  const { warning, lines } = words.value.patterns.band
  const { warningId, fromUnixMs } = departure
  const label = `${departureText(departure)}: ${warningId ? warning : lines}`
  return (
    <a
      class="band-departure"
      href={warningId ? warningHref(warningId) : minuteHref(id, fromUnixMs)}
      aria-label={label}
      title={label}
    >
      <Icon name="warn" />
    </a>
  )
}

export const warningHref = (warningId: string): string => hrefOf('/alerts', { warning: warningId })

/** The list of the lines of a pattern in a minute: as many as are counted for it. */
export function minuteHref(id: number, fromUnixMs: number): string {
  return hrefOf('/logs', { q: `pattern:${id}`, from: fromUnixMs, to: fromUnixMs + minuteMs - 1 })
}

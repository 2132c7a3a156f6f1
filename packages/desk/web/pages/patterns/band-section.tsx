import { formatDuration, safeText } from '@clew/otlp/text'
import type { PatternSeries } from '../../../api/index.ts'
import { formatCount, formatMinute } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { BandChart, BandState, departureText, minuteHref, useBand, warningHref } from './band-cell.tsx'
import { bandPaths, lastWindow, minuteMs, sumsOf } from './band-paths.ts'
import type { Bands } from './bands.ts'

/** A pattern beside what is expected of it: as a chart, when it was not so, and minute by minute. */
export function BandSection({ id, bands }: { id: number; bands: Bands }) {
  const series = useBand(id, bands)
  const { title, away } = words.value.patterns.band
  const failure = bands.failure.value
  return (
    <section class="band-section" aria-label={title}>
      <h3>{title}</h3>
      {failure && (
        <p class="severity-warn">
          {away} {safeText(failure.message)}
        </p>
      )}
      {series && <Figure series={series} />}
      {series && series.state !== 'unwatched' && <Departures series={series} />}
      {series && <Notes series={series} />}
      {series && <Minutes series={series} />}
    </section>
  )
}

function Figure({ series }: { series: PatternSeries }) {
  const { now, expected, unwatchedWhy } = words.value.patterns.band
  const last = lastWindow(series)
  const paths = bandPaths(series)
  if (!last || !paths)
    return <p>{series.state === 'unwatched' ? unwatchedWhy : <BandState series={series} />}</p>
  return (
    <figure class="band-figure">
      <figcaption class="number">
        <span class="band-now">{now(formatCount(last.now), formatMinute(last.atUnixMs))}</span>
        <span class="muted">{expected(formatCount(last.low), formatCount(last.high))}</span>
      </figcaption>
      <span class="muted number">{formatCount(paths.most)}</span>
      <BandChart series={series} />
      <span class="band-times muted number">
        <span>{formatMinute(paths.fromUnixMs)}</span>
        <span>{formatMinute(paths.toUnixMs)}</span>
      </span>
    </figure>
  )
}

function Departures({ series: { id, departures, state } }: { series: PatternSeries }) {
  const text = words.value.patterns.band
  if (departures.length === 0) return state === 'expected' ? <p class="muted">{text.none}</p> : null
  return (
    <>
      <h4>{text.departures}</h4>
      <ul class="band-departures">
        {departures.toReversed().map((departure) => (
          <li key={departure.fromUnixMs}>
            <span>
              {departureText(departure)}{' '}
              {departure.low !== null && departure.high !== null && (
                <span class="muted number">
                  {formatCount(departure.now)};{' '}
                  {text.expected(formatCount(departure.low), formatCount(departure.high))}
                </span>
              )}
            </span>
            <span class="band-links">
              {departure.warningId && <a href={warningHref(departure.warningId)}>{text.warning}</a>}
              <a href={minuteHref(id, departure.fromUnixMs)}>{text.lines}</a>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** How late it is judged, and where what was counted is not what is listed. */
function Notes({ series }: { series: PatternSeries }) {
  const text = words.value.patterns.band
  const { judgedToUnixMs, lateMs, where } = series
  const sums = sumsOf(series)
  return (
    <>
      {judgedToUnixMs !== null && (
        <p class="muted">{text.judged(formatMinute(judgedToUnixMs), formatDuration(lateMs * 1e6))}</p>
      )}
      {where !== '' && <p class="muted">{text.where(safeText(where))}</p>}
      {sums && sums.lines !== sums.counted && (
        <p class="muted band-uncounted">
          {text.uncounted(formatCount(sums.lines), formatCount(sums.counted))}
        </p>
      )}
    </>
  )
}

function Minutes({ series: { id, minutes, fromUnixMs } }: { series: PatternSeries }) {
  const { table, columns, expected } = words.value.patterns.band
  return (
    <details class="band-minutes">
      <summary>{table}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{columns.minute}</th>
            <th scope="col">{columns.lines}</th>
            <th scope="col">{columns.counted}</th>
            <th scope="col">{columns.now}</th>
            <th scope="col">{columns.expected}</th>
          </tr>
        </thead>
        <tbody>
          {minutes.map(({ lines, counted, window }, at) => {
            const startMs = fromUnixMs + at * minuteMs
            const isOutside = window !== null && (window.now < window.low || window.now > window.high)
            return (
              <tr key={startMs} class={isOutside ? 'is-outside' : undefined}>
                <th scope="row">
                  <a href={minuteHref(id, startMs)}>{formatMinute(startMs)}</a>
                </th>
                <td>{formatCount(lines)}</td>
                <td>{counted === null ? '–' : formatCount(counted)}</td>
                <td>{window === null ? '–' : formatCount(window.now)}</td>
                <td
                  title={
                    window === null ? undefined : expected(formatCount(window.low), formatCount(window.high))
                  }
                >
                  {window === null ? '–' : `${formatCount(window.low)}–${formatCount(window.high)}`}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </details>
  )
}

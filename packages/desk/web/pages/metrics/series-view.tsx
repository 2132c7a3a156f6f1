import { safeText } from '@clew/otlp/text'
import type { MetricSeries } from '../../../api/index.ts'
import { formatCount, formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { chainHref } from '../../url.ts'
import { type Chart, chartOf, height, width } from './chart.ts'
import { drawnText, type Metric } from './figures.ts'

type Series = MetricSeries['series'][number]

/** A chart for each series of a metric, with the chains of its exemplars. */
export function SeriesView({ metric, series }: MetricSeries) {
  const { shown, close } = words.value.series
  return (
    <section class="card metric-detail" aria-label={safeText(metric.name)}>
      <div class="metric-head">
        <h2 class="mono">{safeText(metric.name)}</h2>
        <a href="/series">{close}</a>
      </div>
      {metric.description && <p>{safeText(metric.description)}</p>}
      {series.length < metric.series && (
        <p class="muted">{shown(formatCount(series.length), formatCount(metric.series))}</p>
      )}
      <div class="metric-charts">
        {series.map((one) => (
          <SeriesFigure key={nameOf(one)} metric={metric} series={one} />
        ))}
      </div>
    </section>
  )
}

function SeriesFigure({ metric, series }: { metric: Metric; series: Series }) {
  const { tooFew } = words.value.series
  const chart = chartOf(series)
  return (
    <figure class="metric-series">
      <figcaption>
        <bdi>{safeText(nameOf(series))}</bdi>
      </figcaption>
      {chart ? <Lines metric={metric} series={series} chart={chart} /> : <p class="muted">{tooFew}</p>}
      {series.exemplars.length > 0 && <Exemplars metric={metric} series={series} />}
    </figure>
  )
}

type LinesProps = { metric: Metric; series: Series; chart: Chart }

function Lines({ metric, series, chart }: LinesProps) {
  const { label, mean, high, highest } = words.value.series
  const last = (of: readonly (number | null)[]): number | null =>
    of.findLast((value) => value !== null) ?? null
  const text = (value: number | null): string => drawnText(value, metric)
  const isSpread = metric.kind === 'histogram' || metric.kind === 'summary'
  const now = text(last(series.values))
  const nowHigh = `${metric.kind === 'summary' ? highest : high} ${text(last(series.highs))}`
  const [from, to] = [formatStep(chart.fromUnixMs), formatStep(chart.toUnixMs)]
  return (
    <>
      <p class="metric-now number">
        <span class="metric-value">{isSpread ? `${mean} ${now}` : now}</span>
        {isSpread && <span class="metric-high">{nowHigh}</span>}
      </p>
      <div class="metric-chart">
        <span class="muted number">{text(chart.most)}</span>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img">
          <title>{label(now, text(chart.least), text(chart.most), from, to)}</title>
          <path class="metric-line-high" d={chart.high} />
          <path class="metric-line" d={chart.value} />
          <path class="metric-dots" d={chart.exemplars} />
        </svg>
        <span class="muted number">{text(chart.least)}</span>
        <span class="metric-times muted number">
          <span>{from}</span>
          <span>{to}</span>
        </span>
      </div>
    </>
  )
}

function Exemplars({ metric, series }: { metric: Metric; series: Series }) {
  const { exemplars, openChain } = words.value.series
  return (
    <details>
      <summary>{exemplars(formatCount(series.exemplars.length))}</summary>
      <ul class="metric-exemplars">
        {series.exemplars.toReversed().map(({ unixMs, value, traceId, spanId }) => (
          <li key={`${traceId}${spanId}`}>
            <a class="number" href={chainHref(traceId, { span: spanId })}>
              {openChain(formatStep(unixMs), traceId.slice(0, 8))}
            </a>{' '}
            <span class="number">{drawnText(value, { ...metric, kind: 'gauge' })}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function nameOf({ service, attributes, instance }: Series): string {
  return [service, attributes, instance].filter(Boolean).join(' · ') || '–'
}

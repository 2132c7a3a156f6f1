import type { Attributes, OtlpMetric, ResourceMetrics } from '@clew/otlp'
import { valueText } from '@clew/otlp/text'
import type { MetricPage, MetricRow, MetricSeries } from '../../api/metrics.ts'
import { maxSeries, metricTextLength, seriesPerMetric, shownSeries } from '../schema/limits.ts'
import { storeError } from '../schema/store-error.ts'
import { type MetricKind, pointsOf, Series } from './series.ts'

type Owner = { service: string; instance: string }
type KeptSeries = Owner & { attributes: string; series: Series }
/** Its series, the one that was written to longest ago first. */
type Metric = Pick<OtlpMetric, 'name' | 'description' | 'unit'> & {
  kind: MetricKind
  series: Map<string, KeptSeries>
}

/** One without a point for so long makes room for another. */
const idleMs = 10 * 60_000

/** The newest points of metrics, in memory and within the limits; what goes beyond them is counted. */
export class MetricStore {
  readonly #metrics = new Map<string, Metric>()
  #series = 0
  #points = 0
  #notKept = 0

  /** Returns how many points there were. */
  add(request: readonly ResourceMetrics[], nowMs: number): number {
    const before = this.#points
    for (const { resource, scopeMetrics } of request) {
      const owner = {
        service: shortened(valueText(resource.attributes['service.name'] ?? '')),
        instance: shortened(valueText(resource.attributes['service.instance.id'] ?? '')),
      }
      const from = textOf(resource.attributes)
      for (const { scope, metrics } of scopeMetrics)
        for (const metric of metrics) this.#addMetric(metric, owner, `${from}\n${scope.name}`, nowMs)
    }
    return this.#points - before
  }

  page(): MetricPage {
    const metrics = [...this.#metrics].map(([key, metric]) => rowOf(key, metric))
    metrics.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    return { metrics, series: this.#series, maxSeries, points: this.#points, notKept: this.#notKept }
  }

  /** The series that were written to last. Throws a StoreError `not-found`. */
  series(key: string): MetricSeries {
    const metric = this.#metrics.get(key)
    if (metric === undefined)
      throw storeError('not-found', 'no such metric is here; the desk keeps them in memory')
    const newest = [...metric.series.values()].slice(-shownSeries)
    newest.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    const series = newest.map(({ series: one, ...about }) => ({
      ...about,
      lastUnixMs: one.lastMs,
      total: finite(one.total),
      unixMs: one.points.map(({ timeMs }) => timeMs),
      values: one.points.map(({ value }) => finite(value)),
      highs: one.points.map(({ high }) => finite(high)),
      exemplars: one.exemplars.map(({ timeMs, value, ...of }) => ({
        unixMs: timeMs,
        value: finite(value),
        ...of,
      })),
    }))
    return { metric: rowOf(key, metric), series }
  }

  #addMetric(metric: OtlpMetric, owner: Owner, from: string, nowMs: number): void {
    const found = pointsOf(metric, nowMs)
    if (found === undefined) return
    const [name, unit, description] = [metric.name, metric.unit, metric.description].map(shortened) as [
      string,
      string,
      string,
    ]
    const key = [name, found.kind, unit].join(' ').trimEnd()
    const kept: Metric = this.#metrics.get(key) ?? {
      name,
      unit,
      description,
      kind: found.kind,
      series: new Map(),
    }
    for (const { attributes, point } of found.points) {
      this.#points++
      const text = textOf(attributes)
      const series = this.#seriesOf(kept, `${from}\n${text}`, { ...owner, attributes: text }, point.timeMs)
      if (series === undefined) this.#notKept++
      else series.add(point)
    }
    if (kept.series.size > 0) this.#metrics.set(key, kept)
  }

  #seriesOf(
    metric: Metric,
    key: string,
    about: Omit<KeptSeries, 'series'>,
    atMs: number,
  ): Series | undefined {
    const known = metric.series.get(key)
    if (known === undefined && !this.#makeRoom(metric, atMs)) return undefined
    const kept = known ?? { ...about, series: new Series(metric.kind) }
    if (known === undefined) this.#series++
    // Behind the others, as the last that was written to.
    metric.series.delete(key)
    metric.series.set(key, kept)
    return kept.series
  }

  #makeRoom(metric: Metric, atMs: number): boolean {
    if (metric.series.size >= seriesPerMetric) return this.#forgetIdle([metric], atMs)
    return this.#series < maxSeries || this.#forgetIdle([...this.#metrics.values()], atMs)
  }

  /** Lets go of the series that was written to longest ago, if it is idle. */
  #forgetIdle(metrics: readonly Metric[], atMs: number): boolean {
    const oldest = metrics
      .flatMap((metric) => {
        const [first] = metric.series
        return first === undefined ? [] : [{ metric, key: first[0], lastMs: first[1].series.lastMs }]
      })
      .reduce((a, b) => (b.lastMs < a.lastMs ? b : a))
    if (oldest.lastMs > atMs - idleMs) return false
    oldest.metric.series.delete(oldest.key)
    this.#series--
    if (oldest.metric.series.size === 0)
      for (const [key, one] of this.#metrics) if (one === oldest.metric) this.#metrics.delete(key)
    return true
  }
}

function rowOf(key: string, { series, ...about }: Metric): MetricRow {
  const all = [...series.values()]
  const newest = all.at(-1)!.series
  const point = newest.points.at(-1)
  return {
    ...{ key, ...about },
    services: [...new Set(all.map(({ service }) => service))].sort().slice(0, 20),
    series: series.size,
    lastUnixMs: newest.lastMs,
    value: finite(point?.value ?? Number.NaN),
    high: finite(point?.high ?? Number.NaN),
    total: finite(newest.total),
  }
}

const nameOf = ({ service, attributes, instance }: KeptSeries): string =>
  `${service}\n${attributes}\n${instance}`
const shortened = (text: string): string => text.slice(0, metricTextLength)
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Attributes in the order of their names, as `key=value`. */
function textOf(attributes: Attributes): string {
  const all = Object.keys(attributes).sort()
  return shortened(all.map((key) => `${key}=${valueText(attributes[key])}`).join(' '))
}

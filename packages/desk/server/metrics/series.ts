import type {
  Attributes,
  Exemplar,
  ExponentialPoint,
  HistogramPoint,
  NumberPoint,
  OtlpMetric,
  SummaryPoint,
} from '@clew/otlp'
import { exemplarsPerSeries, pointsPerSeries } from '../schema/limits.ts'
import { type Distribution, ofExponential, ofHistogram, quantile, since } from './distribution.ts'

/** `counter`: a sum that only grows, drawn as what came per second. */
export type MetricKind = 'gauge' | 'sum' | 'counter' | 'histogram' | 'summary'

/** A point of any kind of metric. `isDelta`: it says what came since `startMs`, and not all since the process began. */
export type Point = {
  startMs: number
  timeMs: number
  isDelta: boolean
  number: number
  distribution: Distribution | undefined
  /** Of a summary its highest quantile. */
  high: number
  exemplars: readonly Exemplar[]
}

type Drawn = { timeMs: number; value: number; high: number }
export type ShownExemplar = { timeMs: number; value: number; traceId: string; spanId: string }

/** What is kept of one series: what is drawn of its newest points, and exemplars that belong to a trace. */
export class Series {
  readonly #kind: MetricKind
  /** A ring. */
  readonly #drawn: Drawn[] = []
  #first = 0
  #before: Point | undefined
  #exemplars: ShownExemplar[] = []
  #total = 0

  constructor(kind: MetricKind) {
    this.#kind = kind
  }

  /** All that it counted, as far as is known; of a gauge its value. */
  get total(): number {
    return this.#total
  }

  get lastMs(): number {
    return this.#before?.timeMs ?? 0
  }

  get points(): Drawn[] {
    return [...this.#drawn.slice(this.#first), ...this.#drawn.slice(0, this.#first)]
  }

  get exemplars(): readonly ShownExemplar[] {
    return this.#exemplars
  }

  /** One that is no newer than the last came twice, and changes nothing. */
  add(point: Point): void {
    if (this.#before !== undefined && point.timeMs <= this.#before.timeMs) return
    const amount = point.distribution?.count ?? point.number
    this.#total = point.isDelta ? this.#total + amount : amount
    const { value, high } = this.#draw(point, this.#before)
    this.#before = point.exemplars.length === 0 ? point : { ...point, exemplars: [] }
    if (!Number.isNaN(value)) this.#keep({ timeMs: point.timeMs, value, high })
    for (const exemplar of point.exemplars) this.#keepExemplar(exemplar)
  }

  #draw(point: Point, before: Point | undefined): { value: number; high: number } {
    const { distribution, isDelta, number, timeMs, startMs } = point
    const none = Number.NaN
    if (distribution !== undefined) {
      const added = isDelta ? distribution : since(before?.distribution, distribution)
      const high = this.#kind === 'summary' ? point.high : quantile(added, 0.95)
      return { value: added.count > 0 ? added.sum / added.count : none, high }
    }
    if (this.#kind !== 'counter') return { value: isDelta ? this.#total : number, high: none }
    const seconds = (timeMs - (isDelta && startMs > 0 ? startMs : (before?.timeMs ?? timeMs))) / 1000
    if (seconds <= 0) return { value: none, high: none }
    // A process that began anew counts from 0.
    const from = isDelta || before === undefined || number < before.number ? 0 : before.number
    return { value: (number - from) / seconds, high: none }
  }

  #keep(drawn: Drawn): void {
    if (this.#drawn.length < pointsPerSeries) this.#drawn.push(drawn)
    else {
      this.#drawn[this.#first] = drawn
      this.#first = (this.#first + 1) % pointsPerSeries
    }
  }

  #keepExemplar({ timeUnixNano, asDouble, asInt, traceId, spanId }: Exemplar): void {
    if (!/^(?!0+$)[0-9a-f]{32}$/.test(traceId)) return
    if (this.#exemplars.some((one) => one.spanId === spanId && one.traceId === traceId)) return
    const shown = {
      timeMs: Number(timeUnixNano / 1_000_000n),
      value: asDouble ?? asInt ?? Number.NaN,
      traceId,
      spanId,
    }
    this.#exemplars = [...this.#exemplars, shown].slice(-exemplarsPerSeries)
  }
}

const noValue = 1
const delta = 1
/** With microseconds behind the point. */
const msOf = (nanos: bigint): number => Number(nanos / 1000n) / 1000

/** The kind of a metric and its points with their attributes; undefined of one that has no data. */
export function pointsOf(
  metric: OtlpMetric,
  nowMs: number,
): { kind: MetricKind; points: { attributes: Attributes; point: Point }[] } | undefined {
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric
  const data = gauge ?? sum ?? histogram ?? exponentialHistogram ?? summary
  if (data === undefined) return undefined
  const isDelta = 'aggregationTemporality' in data && data.aggregationTemporality === delta
  const kind: MetricKind = gauge
    ? 'gauge'
    : sum
      ? sum.isMonotonic
        ? 'counter'
        : 'sum'
      : summary
        ? 'summary'
        : 'histogram'
  const points = data.dataPoints.flatMap((one) => {
    if ((one.flags & noValue) !== 0) return []
    const point: Point = {
      startMs: msOf(one.startTimeUnixNano),
      timeMs: msOf(one.timeUnixNano) || nowMs,
      isDelta,
      ...valuesOf(one),
      exemplars: 'exemplars' in one ? one.exemplars : [],
    }
    return [{ attributes: one.attributes, point }]
  })
  return { kind, points }
}

type AnyPoint = NumberPoint | HistogramPoint | ExponentialPoint | SummaryPoint

function valuesOf(point: AnyPoint): Pick<Point, 'number' | 'distribution' | 'high'> {
  const [number, high] = [Number.NaN, Number.NaN]
  if ('bucketCounts' in point) return { number, high, distribution: ofHistogram(point) }
  if ('scale' in point) return { number, high, distribution: ofExponential(point) }
  if (!('quantileValues' in point))
    return { number: point.asDouble ?? point.asInt ?? 0, high, distribution: undefined }
  const highest = point.quantileValues.toSorted((a, b) => (a.quantile ?? 0) - (b.quantile ?? 0)).at(-1)
  const distribution = { count: Number(point.count), sum: point.sum ?? 0, uppers: [], counts: [] }
  return { number, distribution, high: highest?.value ?? Number.NaN }
}

import type { ExponentialPoint, HistogramPoint } from '@clew/otlp'

/** How many values lie up to each bound. Bounds ascend; the last may be infinite. */
export type Distribution = {
  count: number
  sum: number
  uppers: readonly number[]
  counts: readonly number[]
}

/** Of one with more, count and sum alone are kept. OpenTelemetry's own have 11, and 2 × 160 if exponential. */
const maxBuckets = 1000

export function ofHistogram(point: HistogramPoint): Distribution {
  const { bucketCounts: counts, explicitBounds } = point
  const total = { count: Number(point.count), sum: point.sum ?? 0 }
  if (counts.length > maxBuckets || explicitBounds.length + 1 < counts.length)
    return { ...total, uppers: [], counts: [] }
  return { ...total, uppers: [...explicitBounds, Number.POSITIVE_INFINITY].slice(0, counts.length), counts }
}

/** Bucket i of scale s holds what lies above 2^(i / 2^s) and up to 2^((i + 1) / 2^s). https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram */
export function ofExponential(point: ExponentialPoint): Distribution {
  const { positive, negative, scale, zeroCount, zeroThreshold } = point
  const total = { count: Number(point.count), sum: point.sum ?? 0 }
  if (positive.bucketCounts.length + negative.bucketCounts.length > maxBuckets)
    return { ...total, uppers: [], counts: [] }
  const bound = (index: number): number => 2 ** (index * 2 ** -scale)
  const uppers = [
    ...negative.bucketCounts.map((_, at) => -bound(negative.offset + at)).reverse(),
    zeroThreshold ?? 0,
    ...positive.bucketCounts.map((_, at) => bound(positive.offset + at + 1)),
  ]
  const counts = [...negative.bucketCounts.toReversed(), Number(zeroCount), ...positive.bucketCounts]
  return { ...total, uppers, counts }
}

/**
 * What came since an earlier state of one that only grows; all of it where it began anew. Exact also where buckets were merged
 * meanwhile, as exponential ones are: their bounds are among those of before.
 */
export function since(before: Distribution | undefined, now: Distribution): Distribution {
  if (before === undefined || now.count < before.count) return now
  let [at, known, told] = [0, 0, 0]
  const counts = now.uppers.map((upper, index) => {
    for (; at < before.uppers.length && before.uppers[at]! <= upper; at++) known += before.counts[at]!
    const added = Math.max(0, now.counts[index]! - (known - told))
    told = known
    return added
  })
  return { count: now.count - before.count, sum: now.sum - before.sum, uppers: now.uppers, counts }
}

/** The value below which that share of all lies, as far as buckets tell; NaN where they do not. */
export function quantile({ uppers, counts }: Distribution, share: number): number {
  let rank = share * counts.reduce((sum, count) => sum + count, 0)
  if (!(rank > 0)) return Number.NaN
  for (const [index, upper] of uppers.entries()) {
    const count = counts[index]!
    if (rank > count) {
      rank -= count
      continue
    }
    const lower = index === 0 ? Math.min(0, upper) : uppers[index - 1]!
    return Number.isFinite(upper) ? lower + ((upper - lower) * rank) / count : lower
  }
  return Number.NaN
}

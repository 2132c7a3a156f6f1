import { type SeverityBand, severityBands } from '@clew/otlp/severity'
import type { LogHistogram } from '../../../api/index.ts'

/** From the bottom of a bar: the worst stand on the ground, where they can be compared. */
export const stackedBands: readonly SeverityBand[] = severityBands.toReversed()

/** A step of a histogram; `toUnixMs` is where the next one begins. */
export type Step = { fromUnixMs: number; toUnixMs: number; counts: [SeverityBand, number][]; total: number }

export function stepCount({ series }: LogHistogram): number {
  return series.info.length
}

/** The steps from one to another, in either order, as one. */
export function stepsBetween(histogram: LogHistogram, one: number, other: number): Step {
  const { fromUnixMs, stepMs, series } = histogram
  const first = Math.min(one, other)
  const end = Math.max(one, other) + 1
  const counts = stackedBands.map((band): [SeverityBand, number] => [
    band,
    series[band].slice(first, end).reduce((sum, count) => sum + count, 0),
  ])
  return {
    fromUnixMs: fromUnixMs + first * stepMs,
    toUnixMs: fromUnixMs + end * stepMs,
    counts: counts.filter(([, count]) => count > 0),
    total: counts.reduce((sum, [, count]) => sum + count, 0),
  }
}

/** The most lines of a step. */
export function highestStep(histogram: LogHistogram): number {
  const totals = histogram.series.info.map((_, at) =>
    stackedBands.reduce((sum, band) => sum + histogram.series[band][at]!, 0),
  )
  return Math.max(0, ...totals)
}

/**
 * The bars as one SVG path for each severity, in a box of one unit for each step and of `height`. A few errors beside
 * thousands of lines still are `least` high.
 */
export function bandPaths(
  histogram: LogHistogram,
  height: number,
  least: number,
): { band: SeverityBand; path: string }[] {
  const highest = highestStep(histogram)
  const paths = stackedBands.map((band) => ({ band, path: '' }))
  for (let at = 0; at < stepCount(histogram); at++) {
    const counts = stackedBands.map((band) => histogram.series[band][at]!)
    let top = height
    for (const [band, own] of stackHeights(counts, height / Math.max(1, highest), least).entries()) {
      if (own === 0) continue
      top -= own
      paths[band]!.path += `M${at + 0.1} ${round(top)}h.8v${round(own)}h-.8z`
    }
  }
  return paths.filter(({ path }) => path !== '')
}

/** Heights of the parts of one bar. What small parts are given more than their share is taken from the largest. */
export function stackHeights(counts: readonly number[], perLine: number, least: number): number[] {
  const heights = counts.map((count) => (count === 0 ? 0 : Math.max(least, count * perLine)))
  const share = counts.reduce((sum, count) => sum + count * perLine, 0)
  const excess = heights.reduce((sum, own) => sum + own, 0) - share
  const largest = heights.indexOf(Math.max(...heights))
  return heights.map((own, at) => (at === largest && own > least ? Math.max(least, own - excess) : own))
}

function round(length: number): number {
  return Math.round(length * 100) / 100
}

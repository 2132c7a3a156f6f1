import type { MetricSeries } from '../../../api/index.ts'
import { linePath } from '../../line-path.ts'

type Series = MetricSeries['series'][number]

/** A chart in its own measures: `width` × `height`, the values from `least` at the bottom to `most` at the top. */
export type Chart = {
  least: number
  most: number
  fromUnixMs: number
  toUnixMs: number
  value: string
  high: string
  /** One point for each exemplar that lies within. */
  exemplars: string
}

export const width = 600
export const height = 120
/** So that no line and no point is cut at the edges. */
const margin = 4

/** The lines of a series. Undefined: it has no point that could be drawn. */
export function chartOf({ unixMs, values, highs, exemplars }: Series): Chart | undefined {
  const drawn = [...values, ...highs].filter((value) => value !== null)
  if (drawn.length === 0) return undefined
  const [least, most] = [Math.min(0, ...drawn), Math.max(0, ...drawn)]
  const [fromUnixMs, toUnixMs] = [unixMs[0]!, unixMs.at(-1)!]
  const across = (ms: number): number =>
    toUnixMs === fromUnixMs
      ? width / 2
      : margin + ((ms - fromUnixMs) / (toUnixMs - fromUnixMs)) * (width - 2 * margin)
  const up = (value: number): number =>
    most === least
      ? height - margin
      : height - margin - ((value - least) / (most - least)) * (height - 2 * margin)
  const place = (ms: number, value: number): string => `${across(ms).toFixed(1)} ${up(value).toFixed(1)}`
  const placeOf = (at: number, value: number): string => place(unixMs[at]!, value)
  const inside = exemplars.filter(
    ({ unixMs: at, value }) =>
      value !== null && value >= least && value <= most && at >= fromUnixMs && at <= toUnixMs,
  )
  return {
    ...{ least, most, fromUnixMs, toUnixMs },
    value: linePath(values, placeOf),
    high: linePath(highs, placeOf),
    exemplars: inside.map(({ unixMs: at, value }) => `M${place(at, value!)}h0`).join(''),
  }
}

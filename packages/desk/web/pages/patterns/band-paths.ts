import type { PatternMinute, PatternSeries } from '../../../api/index.ts'
import { linePath } from '../../line-path.ts'

/** Width and height of the box of the paths. */
export const bandWidth = 100
export const bandHeight = 24
/** So that no line and no mark is cut at the edges. */
const margin = 2

export const minuteMs = 60_000

export type BandPaths = {
  /** What is expected, as an area; how many there were in ten minutes, as a line; and the part of it that is outside. */
  area: string
  line: string
  outside: string
  /** A mark where it left what is expected. */
  marks: string
  /** What is at the top. */
  most: number
  fromUnixMs: number
  toUnixMs: number
}

type Drawn = Pick<PatternSeries, 'minutes' | 'fromUnixMs' | 'departures'>

/** The band of a pattern. Undefined: it is not known what is expected. */
export function bandPaths({ minutes, fromUnixMs, departures }: Drawn): BandPaths | undefined {
  const first = minutes.findIndex(({ window }) => window !== null)
  if (first < 0) return undefined
  const shown = minutes.slice(first).map(({ window }) => window)
  const most = Math.max(1, ...shown.map((window) => Math.max(window?.now ?? 0, window?.high ?? 0)))
  const x = (at: number): string =>
    round(margin + (at / Math.max(1, shown.length - 1)) * (bandWidth - 2 * margin))
  const y = (value: number): string => round(bandHeight - margin - (value / most) * (bandHeight - 2 * margin))
  const place = (at: number, value: number): string => `${x(at)} ${y(value)}`
  const begins = fromUnixMs + first * minuteMs
  return {
    ...{ most, fromUnixMs: begins, toUnixMs: fromUnixMs + minutes.length * minuteMs },
    area: areaPath(shown, place),
    line: linePath(
      shown.map((window) => window?.now ?? null),
      place,
    ),
    outside: linePath(
      shown.map((window) => (window && isOutside(window) ? window.now : null)),
      place,
    ),
    marks: departures
      .map((one) => {
        const at = Math.max(0, (one.fromUnixMs - begins) / minuteMs)
        const window = shown[at]
        return window ? `M${place(at, window.now)}h0` : ''
      })
      .join(''),
  }
}

type Window = NonNullable<PatternMinute['window']>

const isOutside = ({ now, low, high }: Window): boolean => now < low || now > high

/** From the least to the most, for each stretch in which it is known. */
function areaPath(windows: readonly (Window | null)[], place: (at: number, value: number) => string): string {
  let path = ''
  for (let at = 0; at < windows.length; at++) {
    const begin = at
    while (windows[at]) at++
    if (at === begin) continue
    const known = windows.slice(begin, at) as Window[]
    const tops = known.map(({ high }, step) => place(begin + step, high))
    const grounds = known.map(({ low }, step) => place(begin + step, low)).toReversed()
    path += `M${[...tops, ...grounds].join('L')}z`
  }
  return path
}

const round = (value: number): string => String(Math.round(value * 10) / 10)

/** The last minute of which it is known what was expected. */
export function lastWindow({
  minutes,
  fromUnixMs,
}: PatternSeries): (Window & { atUnixMs: number }) | undefined {
  const at = minutes.findLastIndex(({ window }) => window !== null)
  const window = minutes[at]?.window
  return window ? { ...window, atUnixMs: fromUnixMs + (at + 1) * minuteMs } : undefined
}

/** All lines of the shown minutes as they are listed, and as they were counted; undefined where nobody watched some of them. */
export function sumsOf({ minutes }: PatternSeries): { lines: number; counted: number } | undefined {
  const watched = minutes.filter(({ counted }) => counted !== null)
  if (watched.length === 0) return undefined
  return {
    lines: watched.reduce((sum, { lines }) => sum + lines, 0),
    counted: watched.reduce((sum, { counted }) => sum + (counted ?? 0), 0),
  }
}

/**
 * A quantity as it was read: the amount in the smallest unit of its kind, whole; or why it is none, with the digits and
 * the unit that were found.
 */
export type Measured =
  | { amount: number }
  | { wrong: 'no number' | 'no unit' | 'unknown unit' | 'too large'; digits: string; unit: string }

type Units = Readonly<Record<string, number>>

const sizes: Units = {
  ...{ '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
}

const byUnit = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86_400e9 } as const
// The micro sign and the Greek letter.
const durations: Units = { ...byUnit, '\u00b5s': byUnit.us, '\u03bcs': byUnit.us }

// Up to there microseconds are exact.
const longestNs = 2 ** 53 * byUnit.us

/** Bytes of a text such as `64MiB`, `500 kB`, `1.5GB` or `4096`, up to 2^53-1. */
export function measureSize(text: string): Measured {
  return measure(text, sizes, Number.MAX_SAFE_INTEGER)
}

/**
 * Nanoseconds of a text such as `15m`, `1.5s`, `250 ms` or `7d`, up to 285 years. A number alone has no unit, unless
 * `bareUnit` says what it counts.
 */
export function measureDuration(text: string, bareUnit?: keyof typeof byUnit): Measured {
  return measure(text, bareUnit ? { ...durations, '': byUnit[bareUnit] } : durations, longestNs)
}

const quantity = /^((?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*(\p{L}*)$/iu

function measure(text: string, units: Units, most: number): Measured {
  const [, digits, unit = ''] = quantity.exec(text.trim()) ?? []
  if (digits === undefined) return { wrong: 'no number', digits: '', unit: '' }
  const known = unit.toLowerCase()
  if (!Object.hasOwn(units, known)) return { wrong: unit === '' ? 'no unit' : 'unknown unit', digits, unit }
  const amount = Math.round(Number(digits) * units[known]!)
  return amount <= most ? { amount } : { wrong: 'too large', digits, unit }
}

/** The shortest text that {@link measureSize} reads as exactly so many whole bytes: `64MiB`, `500kB`, `1234B`. */
export function formatSize(bytes: number): string {
  const names = ['B', 'kB', 'KiB', 'MB', 'MiB', 'GB', 'GiB', 'TB', 'TiB']
  const factors = names.map((name): [string, number] => [name, sizes[name.toLowerCase()]!])
  return shortest(bytes, factors, measureSize) ?? `${bytes}B`
}

/**
 * The shortest text that {@link measureDuration} reads as exactly so many milliseconds, to the nanosecond: `1.5s`,
 * `250ms`, `7d`, `2.5us`.
 */
export function formatDuration(ms: number): string {
  return shortest(Math.round(ms * byUnit.ms), Object.entries(byUnit), measureDuration) ?? `${ms}ms`
}

/** Of equals the one with the largest unit. Undefined for nothing, and for what no text can say. */
function shortest(
  amount: number,
  units: readonly [string, number][],
  measureText: (text: string) => Measured,
): string | undefined {
  const exact = units
    .filter(([, factor]) => amount >= factor)
    .map(([unit, factor]) => `${amount / factor}${unit}`)
    .filter((text) => {
      const measured = measureText(text)
      return 'amount' in measured && measured.amount === amount
    })
  const length = Math.min(...exact.map((text) => text.length))
  return exact.findLast((text) => text.length === length)
}

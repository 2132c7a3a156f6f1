import { type Measured, measureDuration, measureSize } from './measure.ts'
import { type Parse, type Parsed, textOf, unusable, usable } from './parsed.ts'
import { printableValue } from './printable-value.ts'

/** Whole bytes of `64MiB`, `500 kB`, `1.5GB` or `4096`. */
export const parseBytes: Parse<number> = (raw) =>
  parseMeasured(raw, measureSize(textOf(raw)), 'is not a size', 'write "64MiB", "500kB" or a number of bytes')

/** Milliseconds of `15m`, `1.5s`, `250ms` or `7d`, to the nanosecond; a number needs its unit. */
export const parseDuration: Parse<number> = (raw) =>
  inMilliseconds(
    parseMeasured(raw, measureDuration(textOf(raw)), 'is not a duration', 'write "30s", "15m", "2h" or "7d"'),
  )

/** As {@link parseDuration}; a number alone is milliseconds, as in the OTEL_* variables. */
export const parseMilliseconds: Parse<number> = (raw) =>
  inMilliseconds(
    parseMeasured(
      raw,
      measureDuration(textOf(raw), 'ms'),
      'is not a duration',
      'write "5s", "500ms" or a number of milliseconds',
    ),
  )

function parseMeasured(raw: unknown, measured: Measured, isNone: string, remedy: string): Parsed<number> {
  if ('amount' in measured) return usable(measured.amount)
  const what = {
    'no number': isNone,
    'no unit': 'has no unit',
    'unknown unit': 'has no unit that is known',
    'too large': 'is too large',
  }[measured.wrong]
  return unusable(`${printableValue(raw)} ${what}`, remedy)
}

function inMilliseconds({ value: ns, faults }: Parsed<number>): Parsed<number> {
  if (ns === undefined) return { value: ns, faults }
  // Beyond 104 days a number of nanoseconds is not exact, whole milliseconds are.
  return usable(ns > Number.MAX_SAFE_INTEGER ? Math.round(ns / 1e6) : ns / 1e6)
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const QUANTITY = /^(.*?\d\.?(?:e[+-]?\d+)?)([\p{L}µ]*)$/iu

// In microseconds.
const durationUnits = { us: 1, ms: 1000, s: 1e6, m: 60e6, h: 3600e6 } as const
type DurationUnit = keyof typeof durationUnits

/** `undefined` when the text is no finite decimal number. */
export function parseNumber(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** The microseconds of a text such as `200ms`, or what is wrong with it. */
export function parseDuration(text: string): number | { wrong: string } {
  const [, amount = '', unit = ''] = QUANTITY.exec(text) ?? []
  const number = parseNumber(amount)
  if (number === undefined || number < 0) return { wrong: `"${text}" is no duration; write 200ms or 1.5s` }
  if (unit === '') return { wrong: `"${text}" has no unit; write ${text}ms or ${text}s` }
  if (!Object.hasOwn(durationUnits, unit)) {
    return { wrong: `unit "${unit}" is unknown; write us, ms, s, m or h, as in ${amount}ms` }
  }
  const us = number * durationUnits[unit as DurationUnit]
  return Number.isFinite(us) ? us : { wrong: `"${text}" is too long; write a shorter duration` }
}

/** A text that {@link parseDuration} reads as exactly so many microseconds, in the largest unit that there is one of. */
export function formatDuration(us: number): string {
  const units = Object.entries(durationUnits).filter(([, factor]) => us >= factor)
  const texts = units.map(([unit, factor]) => `${us / factor}${unit}`)
  return texts.findLast((text) => parseDuration(text) === us) ?? `${us}us`
}

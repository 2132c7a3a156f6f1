import type { Mistake } from './mistakes.ts'

const numberPattern = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const quantity = /^(.*?\d\.?(?:e[+-]?\d+)?)([\p{L}µ]*)$/iu

// In microseconds.
const durationUnits = { us: 1, ms: 1000, s: 1e6, m: 60e6, h: 3600e6 } as const
type DurationUnit = keyof typeof durationUnits

/** `undefined` when the text is no finite decimal number. */
export function parseNumber(text: string): number | undefined {
  const value = numberPattern.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** The microseconds of a text such as `200ms`, or what is wrong with it. */
export function parseDuration(text: string): number | { wrong: Mistake } {
  const [, amount = '', unit = ''] = quantity.exec(text) ?? []
  const number = parseNumber(amount)
  if (number === undefined || number < 0) return { wrong: ({ noDuration }) => noDuration(text) }
  if (unit === '') return { wrong: ({ noUnit }) => noUnit(text) }
  if (!Object.hasOwn(durationUnits, unit)) {
    return { wrong: ({ unknownUnit }) => unknownUnit(unit, amount) }
  }
  const us = number * durationUnits[unit as DurationUnit]
  return Number.isFinite(us) ? us : { wrong: ({ durationTooLong }) => durationTooLong(text) }
}

/** A text that {@link parseDuration} reads as exactly so many microseconds, in the largest unit that there is one of. */
export function formatDuration(us: number): string {
  const units = Object.entries(durationUnits).filter(([, factor]) => us >= factor)
  const texts = units.map(([unit, factor]) => `${us / factor}${unit}`)
  return texts.findLast((text) => parseDuration(text) === us) ?? `${us}us`
}

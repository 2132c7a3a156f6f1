import { oneOf, type Parse, textOf, unusable, usable } from './parsed.ts'
import { printableValue } from './printable-value.ts'

const yes = new Set(['true', 'on', 'yes', '1'])
const no = new Set(['false', 'off', 'no', '0'])

/** `true`, `on`, `yes` or `1`, and their opposites, in any case. */
export const parseBoolean: Parse<boolean> = (raw) => {
  const word = textOf(raw).toLowerCase()
  if (yes.has(word)) return usable(true)
  if (no.has(word)) return usable(false)
  return unusable(`${printableValue(raw, [...yes, ...no])} is neither on nor off`, 'write true or false')
}

/** Any text, as it is; numbers and booleans of YAML as they are printed. What is none is not shown: it may hold a secret. */
export const parseText: Parse<string> = (raw) =>
  typeof raw === 'object' ? unusable('a list or a map is no text', 'write it in quotes') : usable(String(raw))

/** The value of a decimal number; undefined for other text, and for what is not finite. */
export function parseDecimal(text: string): number | undefined {
  const value = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** A decimal number, not below `min`. */
export function parseNumber(min?: number): Parse<number> {
  return (raw) => {
    const number = parseDecimal(textOf(raw))
    if (number === undefined) return unusable(`${printableValue(raw)} is not a number`, 'write digits only')
    return min !== undefined && number < min
      ? unusable(`${printableValue(raw)} is below ${min}`, `write ${min} or more`)
      : usable(number)
  }
}

/** A whole number from 0 to `most`, without `most` to 2^31-1. */
export function parseCount(most: number = 2 ** 31 - 1): Parse<number> {
  return (raw) => {
    const number = parseDecimal(textOf(raw))
    if (number !== undefined && Number.isInteger(number) && number >= 0 && number <= most)
      return usable(number)
    const isLarge = number !== undefined && number > most
    return unusable(
      `${printableValue(raw)} is ${isLarge ? 'too large' : 'not a whole number'}`,
      `write one from 0 to ${most}`,
    )
  }
}

/** A share, from 0 to 1. */
export const parseRatio: Parse<number> = (raw) => {
  const number = parseDecimal(textOf(raw))
  return number !== undefined && number >= 0 && number <= 1
    ? usable(number)
    : unusable(`${printableValue(raw)} is not a share`, 'write a number from 0 to 1, such as 0.25')
}

/** A share as a percentage, `1%`, or from 0 to 1. */
export const parseShare: Parse<number> = (raw) => {
  const text = textOf(raw)
  const isPercent = text.endsWith('%')
  const number = parseDecimal(isPercent ? text.slice(0, -1).trim() : text)
  const share = number === undefined ? Number.NaN : isPercent ? number / 100 : number
  return share >= 0 && share <= 1
    ? usable(share)
    : unusable(`${printableValue(raw)} is not a share`, 'write "1%", or a number from 0 to 1')
}

/** One of `values`, in any case. */
export function parseChoice<const V extends string>(values: readonly V[]): Parse<V> {
  return (raw) => {
    const word = textOf(raw).toLowerCase()
    const value = values.find((one) => one.toLowerCase() === word)
    return value === undefined
      ? unusable(`${printableValue(raw, values)} is unknown`, `write ${oneOf(values)}`)
      : usable(value)
  }
}

/** What `parse` reads, but for 0. */
export function parsePositive(parse: Parse<number>): Parse<number> {
  return (raw) => {
    const parsed = parse(raw)
    return parsed.value === 0 ? unusable(`${printableValue(raw)} is nothing`, 'write more than 0') : parsed
  }
}

/** False for `off`, else what `parse` reads. */
export function parseOrOff<T>(parse: Parse<T>): Parse<T | false> {
  return (raw) => {
    if (raw === false || textOf(raw).toLowerCase() === 'off') return usable(false)
    const { value, faults } = parse(raw)
    return { value, faults: faults.map(({ found, remedy }) => ({ found, remedy: `${remedy}, or off` })) }
  }
}

import { printableAddress } from './printable-address.ts'

/** What is wrong with one value, and what to do about it. */
export type Fault = {
  /** What was found: `"5" has no unit`. Never a value that may be secret. */
  found: string
  /** `write "30s", "15m", "2h" or "7d"` */
  remedy: string
}

/** A value as it was read. Some values, such as lists, can be used in part: then there are a value and faults. */
export type Parsed<T> = {
  /** Undefined: nothing of it can be used. */
  value: T | undefined
  faults: readonly Fault[]
}

/**
 * Takes text, or whatever a YAML file holds: numbers, booleans, lists, maps. Gives a value, faults, or both. Never
 * throws.
 */
export type Parse<T> = (raw: unknown) => Parsed<T>

/** A value that can be used; with `faults`, but for some of its parts. */
export function usable<T>(value: T, faults: readonly Fault[] = []): Parsed<T> {
  return { value, faults }
}

/** Nothing that could be used. */
export function unusable(found: string, remedy: string): Parsed<never> {
  return { value: undefined, faults: [{ found, remedy }] }
}

const maxQuoted = 80

/** What was found, for a line of text: in quotes, at most 80 characters of it; an address without its secrets. */
export function quote(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : written(raw)
  const safe = text.includes('://') ? printableAddress(text) : text
  return JSON.stringify(safe.length > maxQuoted ? `${safe.slice(0, maxQuoted)}…` : safe)
}

function written(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? String(raw)
  } catch {
    // An anchor of YAML can hold itself.
    return Array.isArray(raw) ? '[…]' : '{…}'
  }
}

/** `a, b or c` */
export function oneOf(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

/** The text of a scalar without blanks around it; of a list, a map or null it is empty. */
export function textOf(raw: unknown): string {
  return typeof raw === 'object' ? '' : String(raw).trim()
}

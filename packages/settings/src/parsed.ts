/** What is wrong with one value, and what to do about it. */
export type Fault = {
  /** What was found: `"5" has no unit`. Never a value that may be secret. */
  found: string
  /** `write "5s", "5m" or "5h"` */
  remedy: string
}

/** A value as it was read. Some values, such as lists, can be used in part: then there are a value and faults. */
export type Parsed<T> = {
  /** Undefined: nothing of it can be used. */
  value: T | undefined
  faults: readonly Fault[]
}

/**
 * Takes text, or whatever a YAML file holds: numbers, booleans, lists, maps. A value, a fault, or both. Never throws.
 */
export type Parse<T> = (raw: unknown) => Parsed<T>

export function usable<T>(value: T, faults: readonly Fault[] = []): Parsed<T> {
  return { value, faults }
}

export function unusable(...faults: Fault[]): Parsed<never> {
  return { value: undefined, faults }
}

const maxQuoted = 80

/** What was found, for a line of text: in quotes, at most 80 characters of it, without the password of an address. */
export function quote(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? String(raw))
  const safe = text.replace(/\/\/[^/@\s]*@/g, '//***@')
  return JSON.stringify(safe.length > maxQuoted ? `${safe.slice(0, maxQuoted)}…` : safe)
}

/** The text of a scalar; of a list, a map or nothing it is empty. */
export function textOf(raw: unknown): string {
  return typeof raw === 'object' ? '' : String(raw).trim()
}

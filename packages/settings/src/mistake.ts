import type { Fault, Parse } from './parsed.ts'

/** A fault and where it is: a variable, an option, a line of a file. */
export type Mistake = Fault & { place: string }

/** `--since: "5" has no unit; write "30s", "15m", "2h" or "7d"` */
export function formatMistake({ place, found, remedy }: Mistake): string {
  return `${place}: ${found}; ${remedy}`
}

/** One value out of several that are read together. */
export type Given<T> = { place: string; parse: Parse<T>; raw: unknown }

/** What stands at a place, and how it is read. What is undefined is not given, and stays undefined. */
export function given<T, Raw>(
  place: string,
  parse: Parse<T>,
  raw: Raw,
): Given<undefined extends Raw ? T | undefined : T> {
  return { place, parse, raw }
}

/**
 * Reads several values. Throws one error with the mistakes of all, one a line; a value that could be used in part is a
 * mistake too.
 */
export function requireAll<T extends object>(all: { readonly [Name in keyof T]: Given<T[Name]> }): T {
  const mistakes: Mistake[] = []
  const entries = Object.entries<Given<unknown>>(all).map(([name, { place, parse, raw }]) => {
    const { value, faults } = raw === undefined ? { value: raw, faults: [] } : parse(raw)
    mistakes.push(...faults.map((fault) => ({ place, ...fault })))
    return [name, value]
  })
  if (mistakes.length > 0) throw new Error(mistakes.map(formatMistake).join('\n'))
  return Object.fromEntries(entries) as T
}

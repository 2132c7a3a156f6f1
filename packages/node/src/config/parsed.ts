/** A value out of the environment or clew.yaml. `faults` say what was found and what to write instead. */
export type Parsed<T> = {
  /** Undefined: nothing of it can be used. */
  value: T | undefined
  faults: readonly string[]
}

/** Takes text out of the environment, or whatever clew.yaml holds. */
export type Parse<T> = (raw: unknown) => Parsed<T>

export function usable<T>(value: T, faults: readonly string[] = []): Parsed<T> {
  return { value, faults }
}

export function unusable(...faults: string[]): Parsed<never> {
  return { value: undefined, faults }
}

const maxQuoted = 80

/** What was found, for a line of text: in quotes, without the password of an address. */
export function quote(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? String(raw))
  const safe = text.replace(/\/\/[^/@\s]*@/g, '//***@')
  return JSON.stringify(safe.length > maxQuoted ? `${safe.slice(0, maxQuoted)}…` : safe)
}

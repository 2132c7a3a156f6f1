/** A choice of the reader's, as it was stored; undefined when there is none or the browser keeps nothing. */
export function readStored(name: string): string | undefined {
  try {
    return localStorage.getItem(`clew.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps a choice for the next visit, if the browser does. */
export function store(name: string, value: string): void {
  try {
    localStorage.setItem(`clew.${name}`, value)
  } catch {
    // Blocked or full: the choice holds for this visit.
  }
}

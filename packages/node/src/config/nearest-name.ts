/** The known name that a misspelt one most likely means; undefined when none is near. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Math.max(2, Math.floor(name.length / 4)) + 1
  for (const candidate of known) {
    const steps = editDistance(name, candidate)
    if (steps < least) {
      least = steps
      nearest = candidate
    }
  }
  return nearest
}

/** Insertions, deletions and replacements that make one of the other. */
function editDistance(first: string, second: string): number {
  let row = Array.from({ length: second.length + 1 }, (_, at) => at)
  for (let line = 1; line <= first.length; line++) {
    const next = [line]
    for (let at = 1; at <= second.length; at++) {
      const same = first[line - 1] === second[at - 1] ? 0 : 1
      next.push(Math.min(next[at - 1]! + 1, row[at]! + 1, row[at - 1]! + same))
    }
    row = next
  }
  return row[second.length]!
}

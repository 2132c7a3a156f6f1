/**
 * The known name that a misspelt one most likely means, whatever the case of its letters; the first of equals. Undefined
 * when none is near: more than two letters, or a quarter of a long name, would have to change.
 */
export function nearestName<N extends string>(name: string, known: Iterable<N>): N | undefined {
  const meant = name.toLowerCase()
  let nearest: N | undefined
  // Something of the name must stay.
  let least = Math.min(name.length, Math.max(2, Math.floor(name.length / 4)) + 1)
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const steps = editDistance(meant, candidate.toLowerCase())
    if (steps >= least) continue
    least = steps
    nearest = candidate
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

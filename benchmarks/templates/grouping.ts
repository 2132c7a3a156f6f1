/** How well lines were grouped: both from 0 to 1. */
export type Grouping = {
  /** The share of lines whose group holds exactly the lines of their true template. */
  accuracy: number
  /** The harmonic mean of the share of groups found that are true and of true ones that were found. */
  f1: number
}

/** As logparser's evaluator and Loghub-2.0 define GA and FGA. */
export function compareGroups(found: readonly number[], labels: readonly string[]): Grouping {
  const groups = linesBy(found)
  const truth = linesBy(labels)
  const right = [...groups.values()].filter((lines) => {
    const label = labels[lines[0]!]!
    return truth.get(label)?.length === lines.length && lines.every((line) => labels[line] === label)
  })
  return {
    accuracy: right.reduce((sum, lines) => sum + lines.length, 0) / labels.length,
    f1: (2 * right.length) / (groups.size + truth.size),
  }
}

function linesBy<Key>(keys: readonly Key[]): Map<Key, number[]> {
  const groups = new Map<Key, number[]>()
  for (const [line, key] of keys.entries()) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [line])
    else group.push(line)
  }
  return groups
}

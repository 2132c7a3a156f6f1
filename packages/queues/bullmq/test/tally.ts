/** How often each value is there; objects count as equal when their JSON is. */
export function tally(values: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) {
    const key = typeof value === 'string' ? value : JSON.stringify(value, sortedKeys)
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)))
}

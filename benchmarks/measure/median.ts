export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The median of one figure for each system. */
export function medians<T>(
  samples: Readonly<Record<string, readonly T[]>>,
  figure: (sample: T) => number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(samples).map(([system, list]) => [system, median(list.map(figure))]),
  )
}

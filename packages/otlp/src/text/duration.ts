const units = [
  { unit: 'ns', ns: 1 },
  { unit: 'µs', ns: 1e3 },
  { unit: 'ms', ns: 1e6 },
  { unit: 's', ns: 1e9 },
] as const
const longUnits = [
  { unit: 'm', s: 60 },
  { unit: 'h', s: 3600 },
  { unit: 'd', s: 86_400 },
] as const

/** Three significant digits at most: `870 ns`, `1.24 ms`, `41 ms`, `2 m 5 s`. Only nothing is "0 ms". */
export function formatDuration(ns: number): string {
  if (!Number.isFinite(ns) || ns === 0) return '0 ms'
  if (ns < 0) return `−${formatDuration(-ns)}`
  for (const { unit, ns: size } of units) {
    const rounded = Number(Math.max(ns, 0.001).toPrecision(3)) / size
    if (rounded < (unit === 's' ? 60 : 1000)) return `${Number(rounded.toPrecision(3))} ${unit}`
  }
  return formatLong(Math.round(ns / 1e9))
}

function formatLong(seconds: number): string {
  const large = longUnits.findLast(({ s }) => seconds >= s)!
  const small = longUnits[longUnits.indexOf(large) - 1] ?? { unit: 's', s: 1 }
  const rest = Math.floor((seconds % large.s) / small.s)
  const whole = `${Math.floor(seconds / large.s)} ${large.unit}`
  return rest === 0 ? whole : `${whole} ${rest} ${small.unit}`
}

/**
 * An instant after the start of a chain that lasts `totalNs`: all of one chain are in one unit with one decimal, so
 * that they stand well in a column.
 */
export function formatOffset(ns: number, totalNs: number): string {
  if (totalNs < 1e6) return `${(ns / 1e3).toFixed(1)} µs`
  return totalNs < 100e9 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(1)} s`
}

const byteUnits: Record<string, number> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}
const ageUnits: Record<string, number> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 }

/** Bytes of a text such as `2GB` or `512MiB`. Throws with the remedy. */
export function parseBytes(option: string, text: string): number {
  return parseQuantity(option, text, byteUnits, 'a size such as 500MB or 2GB')
}

/** Milliseconds of a text such as `15m` or `7d`. Throws with the remedy. */
export function parseAge(option: string, text: string): number {
  return parseQuantity(option, text, ageUnits, 'a time such as 30s, 15m, 2h or 7d')
}

function parseQuantity(option: string, text: string, units: Record<string, number>, wanted: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined
  if (digits === undefined || factor === undefined || Number(digits) === 0) {
    throw new Error(`${option} ${text}: write ${wanted}`)
  }
  return Math.round(Number(digits) * factor)
}

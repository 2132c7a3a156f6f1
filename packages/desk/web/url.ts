/** What the path of the page's address names. */
export type Route =
  | { page: 'chains' | 'logs' | 'patterns' | 'services' | 'alerts' | 'series' | 'start' }
  | { page: 'chain'; traceId: string }
  | { page: 'compare'; a: string; b: string }
  | { page: 'unknown' }

export type Params = Record<string, string | number | undefined>

const lists = ['chains', 'logs', 'patterns', 'services', 'alerts', 'series', 'start'] as const
const tracePath = /^\/t\/([0-9a-f]{32})$/i
const comparePath = /^\/compare\/([0-9a-f]{32})\/([0-9a-f]{32})$/i

export function parsePath(path: string): Route {
  const trace = tracePath.exec(path)
  if (trace) return { page: 'chain', traceId: trace[1]!.toLowerCase() }
  const compared = comparePath.exec(path)
  if (compared) return { page: 'compare', a: compared[1]!.toLowerCase(), b: compared[2]!.toLowerCase() }
  const page = lists.find((name) => path === `/${name}`)
  return { page: page ?? (path === '/' ? 'chains' : 'unknown') }
}

/** The search part of an address with some parameters changed: undefined and "" remove one. The rest stays in order. */
export function changeSearch(search: string, changes: Params): string {
  const params = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') params.delete(name)
    else params.set(name, String(value))
  }
  const text = params.toString()
  return text && `?${text}`
}

/** An address for `<a href>`: `hrefOf('/logs', { q: 'level>=warn' })`. */
export function hrefOf(path: string, params: Params = {}): string {
  return path + changeSearch('', params)
}

/** The address of a chain. */
export function chainHref(traceId: string, params: Params = {}): string {
  return hrefOf(`/t/${traceId}`, params)
}

/** The address of two chains side by side. */
export function compareHref(a: string, b: string): string {
  return `/compare/${a}/${b}`
}

/** The address of the lines before and after one. */
export function aroundHref(ref: string): string {
  return hrefOf('/logs', { around: ref, log: ref })
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const agoPattern = /^-(\d{1,6})([mhd])$/

/** An instant of the address in unix milliseconds: `1764115200000`, or `-15m`, `-24h`, `-7d` before now. */
export function parseInstant(text: string, nowMs: number): number | undefined {
  const ago = agoPattern.exec(text)
  if (ago) return nowMs - Number(ago[1]) * units[ago[2] as keyof typeof units]
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

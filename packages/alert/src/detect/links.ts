/** Which services share traces: of a sample of traces, which services had each. JSON but for the maps. */
export type Links = {
  /** Traces of which the id ends with so many zero bits are noted; the same ones in each service. */
  bits: number
  /** Traces that were new within this minute, or had no room. */
  noted: number
  recent: Map<string, string[]>
  older: Map<string, string[]>
  traces: Map<string, number>
  /** By two names. */
  shared: Map<string, number>
}

export const beginLinks = (): Links => ({
  bits: 0,
  noted: 0,
  recent: new Map(),
  older: new Map(),
  traces: new Map(),
  shared: new Map(),
})

const mostTraces = 2048
const mostServices = 8
const mostPairs = 5000
const turnMinutes = 10

/** A record or span of a service belongs to this trace. */
export function noteTrace(links: Links, traceId: string, service: string): void {
  if (traceId === '' || !isOfSample(traceId, links.bits)) return
  const known = links.recent.get(traceId) ?? links.older.get(traceId)
  if (!known) {
    links.noted++
    if (links.recent.size >= mostTraces || traceId.length > 64) return
    links.recent.set(traceId, [service])
    add(links.traces, service)
    return
  }
  if (known.includes(service) || known.length >= mostServices) return
  add(links.traces, service)
  for (const other of known) {
    const pair = pairOf(service, other)
    if (links.shared.size < mostPairs || links.shared.has(pair)) add(links.shared, pair)
  }
  known.push(service)
}

/** Ids are random at their end, whatever made them: most are told by the last of their hexadecimal digits. */
function isOfSample(traceId: string, bits: number): boolean {
  for (let [at, left] = [traceId.length - 1, bits]; left > 0 && at >= 0; at--, left -= 4) {
    const code = traceId.charCodeAt(at)
    const digit = (code & 15) + 9 * (code >> 6)
    if ((digit & (left < 4 ? (1 << left) - 1 : 15)) !== 0) return false
  }
  return true
}

const add = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

const pairOf = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`)

/** A minute is over: what was noted goes after twenty, what was counted fades within hours. */
export function closeLinks(links: Links, minute: number): void {
  if (links.noted > mostTraces / turnMinutes && links.bits < 20) links.bits++
  else if (links.noted < mostTraces / turnMinutes / 8 && links.bits > 0) links.bits--
  links.noted = 0
  if (minute % turnMinutes === turnMinutes - 1) {
    links.older = links.recent
    links.recent = new Map()
  }
  if (minute % 60 === 59) for (const counts of [links.traces, links.shared]) fade(counts)
}

function fade(counts: Map<string, number>): void {
  for (const [key, count] of counts)
    if (count < 2) counts.delete(key)
    else counts.set(key, count / 2)
}

/** Whether a tenth of the traces of one of them are of both. */
export function isLinked({ shared, traces }: Links, a: string, b: string): boolean {
  const both = shared.get(pairOf(a, b)) ?? 0
  return both >= 3 && both >= 0.1 * Math.min(traces.get(a) ?? 0, traces.get(b) ?? 0)
}

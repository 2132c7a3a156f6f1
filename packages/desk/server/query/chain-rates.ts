import type { Search } from '@clew/search'
import type { ChainRates } from '../../api/chains.ts'
import { type AskedRows, placesOfRow, recent } from './chain-rows.ts'
import { type KnownTraces, knowTraces, rowTraces } from './chain-traces.ts'
import { searchCondition } from './log-search.ts'
import type { OpenSegment, OpenSegments, SqlValue } from './open-segments.ts'
import {
  type Parameters,
  type Steps,
  searchOf,
  type TimeRange,
  timeRange,
  timeSteps,
  wholeNumber,
} from './parameters.ts'
import { chainsGoOn, hasRunOut } from './stop.ts'

/** Traces that are looked at one by one, of those that failed and of the others: where there are more, an even sample. */
const maxLooked = 10_000
/** Traces with links of which is looked up whether they belong to the row of another; of more, about as many do. */
const maxJoined = 500
const leastStepMs = 10_000

/** A chain in the making: `times` is how many it stands for. */
type Seen = { us: number; fromUs: number; toUs: number; isFailed: boolean; isLinked: boolean; times: number }

/** `GET /api/chains/rates`: how many chains of the list began in each step, how many failed, how long they took. */
export function chainRates(segments: OpenSegments, parameters: Parameters): ChainRates {
  const asked = timeRange(parameters)
  const [firstUs, lastUs] = timeOfChains(segments)
  const range = { fromUs: Math.max(asked.fromUs, firstUs), toUs: Math.min(asked.toUs, lastUs) }
  const most = wholeNumber(parameters, 'steps', 60, 500)
  const startMs = (parameters.from === undefined ? range.fromUs : asked.fromUs) / 1000
  const endMs = (parameters.to === undefined ? range.toUs : asked.toUs) / 1000
  const steps = timeSteps(startMs, Math.max(startMs, endMs), most, leastStepMs)
  const search = searchOf(parameters.q)
  const { traces, counted } = readTraces(segments, search, range)
  const known = knowTraces(segments)
  if (counted === 'sample') leaveOutJoined(known, traces, { search, range, order: recent })
  const isWhole = counted === 'sample' || joinRows(known, traces)
  return { ...sumUp(traces.values(), steps), counted: isWhole ? counted : 'sample' }
}

function timeOfChains(segments: OpenSegments): [firstUs: number, lastUs: number] {
  const sql = 'SELECT (SELECT min(us) FROM chain) AS first, (SELECT max(us) FROM chain) AS last'
  const rows = segments
    .newestFirst()
    .flatMap((segment) => segment.get<{ first: number | null; last: number | null }>(sql) ?? [])
  const first = Math.min(...rows.map((row) => row.first ?? Number.POSITIVE_INFINITY))
  const last = Math.max(0, ...rows.map((row) => row.last ?? 0))
  return [Math.min(first, last), last]
}

type TraceRow = [trace: string, us: number, endUs: number, isLinked: number]

const kinds = { 'chain.errors > 0': true, 'chain.errors = 0': false } as const

/** By id. What failed is looked at apart: of many chains the few that failed must not fall through a sample. */
function readTraces(
  segments: OpenSegments,
  search: Search,
  range: TimeRange,
): { traces: Map<string, Seen>; counted: ChainRates['counted'] } {
  const traces = new Map<string, Seen>()
  const all = segments.newestFirst()
  let counted: ChainRates['counted'] = 'all'
  const strides = strideOf(all, range)
  try {
    for (const segment of all) {
      const { where, parameters } = searchCondition(segment, search, 'chain')
      for (const [kind, isFailed] of Object.entries(kinds)) {
        const stride = isFailed ? strides.failed : strides.others
        if (stride > 1) counted = 'sample'
        const sql = `SELECT hex(trace), us, end_us, EXISTS (SELECT 1 FROM link WHERE from_trace = chain.trace) FROM chain
          WHERE us BETWEEN ? AND ? AND ${kind} AND (chain.id * 2654435761 / 65536) % ? = 0 AND ${chainsGoOn} AND (${where})
          ORDER BY us DESC`
        const values: SqlValue[] = [range.fromUs, range.toUs, stride, ...parameters]
        segment.each<TraceRow>(sql, values, ([id, us, endUs, isLinked]) => {
          const traceId = id.toLowerCase()
          const here = { us, fromUs: us, toUs: endUs, isFailed, isLinked: isLinked === 1, times: stride }
          const other = traces.get(traceId)
          traces.set(traceId, other === undefined ? here : together(other, here))
        })
      }
    }
  } catch (error) {
    if (!hasRunOut(error)) throw error
    counted = 'newest'
  }
  return { traces, counted }
}

/** One trace in so many is looked at. */
function strideOf(
  segments: readonly OpenSegment[],
  { fromUs, toUs }: TimeRange,
): { failed: number; others: number } {
  const count = (sql: string): number =>
    segments.reduce((sum, segment) => sum + (segment.arrays<[number]>(sql, fromUs, toUs)[0]?.[0] ?? 0), 0)
  const traces = count('SELECT count(*) FROM chain INDEXED BY chain_time WHERE us BETWEEN ? AND ?')
  const failed = count('SELECT count(*) FROM chain WHERE errors > 0 AND us BETWEEN ? AND ?')
  const strideFor = (number: number): number => Math.max(1, Math.ceil(number / maxLooked))
  return { failed: strideFor(failed), others: strideFor(traces - failed) }
}

function together(one: Seen, other: Seen): Seen {
  return {
    us: Math.max(one.us, other.us),
    fromUs: Math.min(one.fromUs, other.fromUs),
    toUs: Math.max(one.toUs, other.toUs),
    isFailed: one.isFailed || other.isFailed,
    isLinked: one.isLinked || other.isLinked,
    times: Math.max(one.times, other.times),
  }
}

/** Puts traces into the row that they are in the list. False when there were too many to look at. */
function joinRows(known: KnownTraces, traces: Map<string, Seen>): boolean {
  const linked = linkedOf(traces)
  known.lookUp(linked.slice(0, maxJoined))
  for (const traceId of linked.slice(0, maxJoined)) {
    const own = traces.get(traceId)
    if (own === undefined) continue
    const { traces: members, root } = rowTraces(known, traceId)
    const others = members.filter((member) => member !== traceId && traces.has(member))
    const joined = others.reduce((sum, other) => together(sum, traces.get(other)!), own)
    for (const other of others) traces.delete(other)
    traces.delete(traceId)
    // Of very many the row is that of their root, where that was found as well.
    const isOfRoot = root !== undefined && others.includes(root)
    traces.set(isOfRoot ? root : traceId, isOfRoot ? { ...joined, us: joined.fromUs } : joined)
  }
  return linked.length <= maxJoined
}

/** In a sample the traces that a link joins to one of it are not at hand: what a trace came from is the row, where that is found as well. */
function leaveOutJoined(known: KnownTraces, traces: Map<string, Seen>, asked: AskedRows): void {
  const linked = linkedOf(traces)
  const looked = linked.slice(0, maxJoined)
  known.lookUp(looked)
  const gone = looked.filter((traceId) => {
    const { us } = traces.get(traceId)!
    return placesOfRow(known, { value: us, us, traceId }, asked).places.some(
      (place) => place.traceId !== traceId,
    )
  })
  for (const traceId of gone) traces.delete(traceId)
  const share = looked.length === 0 ? 0 : gone.length / looked.length
  for (const traceId of linked.slice(maxJoined)) traces.get(traceId)!.times *= 1 - share
}

const linkedOf = (traces: ReadonlyMap<string, Seen>): string[] =>
  [...traces].flatMap(([traceId, { isLinked }]) => (isLinked ? [traceId] : []))

function sumUp(rows: Iterable<Seen>, steps: Steps): Omit<ChainRates, 'counted'> {
  const numbers = (): number[] => new Array<number>(steps.count).fill(0)
  const [chains, failed] = [numbers(), numbers()]
  const durations = Array.from({ length: steps.count }, (): Weighted[] => [])
  const all: Weighted[] = []
  for (const { us, fromUs, toUs, isFailed, times } of rows) {
    const at = Math.floor((us / 1000 - steps.fromMs) / steps.stepMs)
    const step = Math.max(0, Math.min(steps.count - 1, at))
    chains[step]! += times
    if (isFailed) failed[step]! += times
    const duration: Weighted = [(toUs - fromUs) * 1000, times]
    durations[step]!.push(duration)
    all.push(duration)
  }
  const sorted = durations.map((step) => step.sort(byValue))
  all.sort(byValue)
  const sum = (counts: readonly number[]) => Math.round(counts.reduce((total, count) => total + count, 0))
  return {
    ...{ fromUnixMs: steps.fromMs, stepMs: steps.stepMs, total: sum(chains), failedTotal: sum(failed) },
    ...{ chains: chains.map(Math.round), failed: failed.map(Math.round) },
    ...{ p50Ns: sorted.map((step) => below(step, 0.5)), p95Ns: sorted.map((step) => below(step, 0.95)) },
    ...{ allP50Ns: below(all, 0.5), allP95Ns: below(all, 0.95) },
  }
}

type Weighted = [value: number, times: number]
const byValue = ([one]: Weighted, [other]: Weighted): number => one - other

/** The value below which a share of the sorted values lies, each as often as it stands for; null of none. */
function below(sorted: readonly Weighted[], share: number): number | null {
  let left = sorted.reduce((sum, [, times]) => sum + times, 0) * share
  for (const [value, times] of sorted) {
    left -= times
    if (left <= 0) return value
  }
  return sorted.at(-1)?.[0] ?? null
}

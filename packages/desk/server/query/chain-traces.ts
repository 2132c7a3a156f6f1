import type { ChainResource } from '../../api/chain.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'

const maxDepth = 3
const maxTraces = 20

export type JoinedTrace = { traceId: string; depth: number }

/** What a segment has of a trace. */
export type TracePlace = {
  segment: OpenSegment
  /** chain.id */
  id: number
  us: number
  endUs: number
  spans: number
  logs: number
  errors: number
  severity: number
}

/** A trace that a span link joins to another; `isCause`: of the other one. */
type Neighbour = { traceId: string; isCause: boolean }

/** What the segments know of traces, each asked for once for as long as a query lasts. */
export type KnownTraces = {
  segments: OpenSegments
  /** Asks for several at once. */
  lookUp(traceIds: readonly string[]): void
  /** The newest segment first; none: nothing of it is stored. */
  placesOf(traceId: string): readonly TracePlace[]
  /** Traces joined by links, stored or not. */
  neighboursOf(traceId: string): readonly Neighbour[]
  /** Who sent, by their numbers in the segment. */
  resourcesOf(segment: OpenSegment): ReadonlyMap<number, ChainResource>
}

type PlaceRow = [trace: string, ...numbers: [number, number, number, number, number, number, number]]
type NeighbourRow = [trace: string, neighbour: string, isCause: number]

const placesSql = `SELECT asked.value, chain.id, us, end_us, spans, logs, errors, severity
  FROM json_each(?) AS asked CROSS JOIN chain ON chain.trace = unhex(asked.value)`

/** Of one trace at most so many links are followed. */
const maxLinks = 1000
const neighboursSql = `SELECT DISTINCT asked.value, lower(hex(from_trace)), 0
  FROM json_each(?1) AS asked CROSS JOIN link ON link.to_trace = unhex(asked.value)
  UNION ALL SELECT DISTINCT asked.value, lower(hex(to_trace)), 1
  FROM json_each(?1) AS asked CROSS JOIN link ON link.from_trace = unhex(asked.value) LIMIT ?2`

export function knowTraces(segments: OpenSegments): KnownTraces {
  const all = segments.newestFirst()
  const places = new Map<string, TracePlace[]>()
  const neighbours = new Map<string, Neighbour[]>()
  const resources = new Map<OpenSegment, ReadonlyMap<number, ChainResource>>()
  const lookUp = (traceIds: readonly string[]): void => {
    const asked = [...new Set(traceIds)].filter((traceId) => !places.has(traceId))
    if (asked.length === 0) return
    for (const traceId of asked) {
      places.set(traceId, [])
      neighbours.set(traceId, [])
    }
    const json = JSON.stringify(asked)
    for (const segment of all) {
      for (const [traceId, id, us, endUs, spans, logs, errors, severity] of segment.arrays<PlaceRow>(
        placesSql,
        json,
      ))
        places.get(traceId)?.push({ segment, id, us, endUs, spans, logs, errors, severity })
      const most = maxLinks * asked.length
      for (const [traceId, other, isCause] of segment.arrays<NeighbourRow>(neighboursSql, json, most))
        neighbours.get(traceId)?.push({ traceId: other, isCause: isCause === 1 })
    }
  }
  return {
    segments,
    lookUp,
    placesOf(traceId) {
      lookUp([traceId])
      return places.get(traceId) ?? []
    },
    neighboursOf(traceId) {
      lookUp([traceId])
      return neighbours.get(traceId) ?? []
    },
    resourcesOf(segment) {
      const found = resources.get(segment) ?? resourcesIn(segment)
      resources.set(segment, found)
      return found
    },
  }
}

function resourcesIn(segment: OpenSegment): ReadonlyMap<number, ChainResource> {
  const rows = segment.all<ChainResource & { id: number }>('SELECT id, service, instance, host FROM resource')
  return new Map(rows.map(({ id, ...resource }) => [id, resource]))
}

/** The stored traces that links join to one. */
function storedNeighbours(known: KnownTraces, traceId: string): Neighbour[] {
  const found = known.neighboursOf(traceId)
  known.lookUp(found.map((one) => one.traceId))
  return found.filter((one) => known.placesOf(one.traceId).length > 0)
}

/** The trace and those joined to it by span links, in both directions, and how many more there are. */
export function joinedTraces(known: KnownTraces, traceId: string): { traces: JoinedTrace[]; more: number } {
  const traces: JoinedTrace[] = [{ traceId, depth: 0 }]
  const seen = new Set([traceId])
  const beyond = new Set<string>()
  for (const { traceId: from, depth } of traces) {
    for (const { traceId: next } of storedNeighbours(known, from)) {
      if (seen.has(next)) continue
      if (depth === maxDepth || traces.length === maxTraces) beyond.add(next)
      else {
        seen.add(next)
        traces.push({ traceId: next, depth: depth + 1 })
      }
    }
  }
  return { traces, more: beyond.size }
}

/**
 * The traces that are one row of a list with this one: all that links join, however far. Where these are more than 20, the trace and
 * its `root`, the first cause of its first cause and so on, 20 steps at most: there the row stands when the root is found as well.
 */
export function rowTraces(known: KnownTraces, traceId: string): { traces: string[]; root?: string } {
  const traces = [traceId]
  const seen = new Set(traces)
  for (const from of traces) {
    for (const { traceId: next } of storedNeighbours(known, from)) {
      if (seen.has(next)) continue
      if (traces.length === maxTraces) {
        const root = rootOf(known, traceId)
        return { traces: [...new Set([traceId, root])], root }
      }
      seen.add(next)
      traces.push(next)
    }
  }
  return { traces }
}

function rootOf(known: KnownTraces, traceId: string): string {
  const path = [traceId]
  while (path.length <= maxTraces) {
    const causes = storedNeighbours(known, path.at(-1)!).filter(({ isCause }) => isCause)
    const [cause] = causes.map((one) => one.traceId).toSorted()
    if (cause === undefined) return path.at(-1)!
    if (path.includes(cause)) break
    path.push(cause)
  }
  return traceId
}

/** Whether anything of a trace is stored. */
export function hasTrace(known: KnownTraces, traceId: string): boolean {
  return known.placesOf(traceId).length > 0
}

import type { OpenSegment, OpenSegments } from './open-segments.ts'

const maxDepth = 3
const maxTraces = 20

export type JoinedTrace = { traceId: string; depth: number }

/** The trace and those joined to it by span links, in both directions, and how many more there are. */
export function joinedTraces(
  segments: OpenSegments,
  traceId: string,
): { traces: JoinedTrace[]; more: number } {
  const all = segments.newestFirst()
  const traces: JoinedTrace[] = [{ traceId, depth: 0 }]
  const known = new Set([traceId])
  const beyond = new Set<string>()
  for (const { traceId: from, depth } of traces) {
    for (const next of neighbours(all, from)) {
      if (known.has(next) || !exists(all, next)) continue
      if (depth === maxDepth || traces.length === maxTraces) beyond.add(next)
      else {
        known.add(next)
        traces.push({ traceId: next, depth: depth + 1 })
      }
    }
  }
  return { traces, more: beyond.size }
}

const neighboursSql = `SELECT DISTINCT hex(from_trace) AS trace FROM link WHERE to_trace = ?1
  UNION SELECT DISTINCT hex(to_trace) FROM link WHERE from_trace = ?1 LIMIT 1000`

function neighbours(segments: readonly OpenSegment[], traceId: string): string[] {
  const trace = Buffer.from(traceId, 'hex')
  return segments.flatMap((segment) =>
    segment.all<{ trace: string }>(neighboursSql, trace).map((row) => row.trace.toLowerCase()),
  )
}

/** Whether anything of a trace is stored. */
export function hasTrace(segments: OpenSegments, traceId: string): boolean {
  return exists(segments.newestFirst(), traceId)
}

function exists(segments: readonly OpenSegment[], traceId: string): boolean {
  return segments.some((segment) => chainIdOf(segment, traceId) !== undefined)
}

export function chainIdOf(segment: OpenSegment, traceId: string): number | undefined {
  return segment.get<{ id: number }>('SELECT id FROM chain WHERE trace = ?', Buffer.from(traceId, 'hex'))?.id
}

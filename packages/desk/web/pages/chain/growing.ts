import type { ChainData } from '../../../api/index.ts'
import { unixMsOf } from '../../format.ts'

const youngMs = 600_000

/** Whether records of a chain may still be on their way: until ten minutes after its last one. */
export function mayGrow({ startUnixNano, spans, logs }: ChainData, nowMs: number): boolean {
  let lastNs = 0
  for (const [span, startNs] of spans.startNs.entries())
    lastNs = Math.max(lastNs, startNs + Math.max(0, spans.durationNs[span]!))
  for (const atNs of logs.atNs) lastNs = Math.max(lastNs, atNs)
  return nowMs - unixMsOf(startUnixNano) - lastNs / 1e6 < youngMs
}

/** Whether two answers are of the same records: nothing was added and no span has ended since. */
export function hasSameRecords(one: ChainData, other: ChainData): boolean {
  return JSON.stringify(extentOf(one)) === JSON.stringify(extentOf(other))
}

function extentOf({
  traceId,
  startUnixNano,
  traces,
  spans,
  logs,
  events,
  links,
  ...more
}: ChainData): unknown[] {
  const running = spans.durationNs.reduce((count, ns) => count + (ns < 0 ? 1 : 0), 0)
  const counts = [traces, spans.ref, logs.ref, events.span, links].map(({ length }) => length)
  return [traceId, startUnixNano, ...counts, running, more.moreTraces, more.moreRecords]
}

/** The search for the chains whose change may change this one. */
export function growthSearch(traceId: string, data: ChainData | undefined): string {
  const traces = data?.traces.map((trace) => trace.traceId) ?? [traceId]
  return traces.map((id) => `trace:${id}`).join(' OR ')
}

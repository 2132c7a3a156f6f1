import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Counts } from '../sink/protocol.ts'
import type { SystemName } from '../systems.ts'
import { type ApplicationOptions, startApplication } from './application.ts'
import { type Child, startChild } from './child.ts'
import { type Sink, startSink } from './sink.ts'

/** A server of `apps/`, and what a request of it must leave with the receiver. */
export type HttpWork = Pick<ApplicationOptions, 'file' | 'args' | 'env'> & {
  /** Requests that are under way at a time. */
  connections: number
  /** At least; a rival may make more. */
  spans: number
  /** Written by the application, in a trace. */
  records: number
}

export type HttpSample = { cpuUs: number; perSecond: number } & Checked
export type Seconds = { warmUp: number; measured: number }
type Answered = { answered: number; failed: number }

const maxWarmUpMs = 600_000

/**
 * Loads a server from a process of its own, and checks that its telemetry arrived. What is measured begins after the warm-up and after
 * `warmUpRequests`.
 */
export async function sampleHttp(
  system: SystemName,
  { connections, spans, records, ...application }: HttpWork,
  seconds: Seconds,
  warmUpRequests = 0,
): Promise<HttpSample> {
  const sink = await startSink()
  const server = await startApplication({ system, ...application, sink })
  const { port } = await server.next<{ port: number }>()
  const client = startChild({
    file: join(import.meta.dirname, '../load/client.ts'),
    args: [String(port), String(connections)],
  })
  try {
    await delay(seconds.warmUp * 1000)
    await untilAnswered(client, warmUpRequests)
    const measured = await measureFor(seconds.measured, server, client)
    const all = await client.ask<Answered>({ do: 'stop' })
    const { problems, notes } = await checkArrivals(system, sink, all, { spans, records })
    const isIdle = !Number.isFinite(measured.cpuUs)
    const idle = isIdle ? [`${system}: no request was answered while it was measured`] : []
    return { ...measured, problems: [...problems, ...idle], notes }
  } finally {
    await client.stop()
    await server.stop()
    await sink.stop()
  }
}

async function untilAnswered(client: Child, requests: number): Promise<void> {
  const beganMs = performance.now()
  for (;;) {
    const { answered } = await client.ask<Answered>({ do: 'count' })
    if (answered >= requests) return
    if (performance.now() - beganMs > maxWarmUpMs)
      throw new Error(`${answered} of the ${requests} requests of the warm-up were answered in ten minutes`)
    await delay(250)
  }
}

async function measureFor(
  seconds: number,
  server: Child,
  client: Child,
): Promise<{ cpuUs: number; perSecond: number }> {
  const look = (): Promise<[{ cpuUs: number }, Answered, number]> =>
    Promise.all([server.ask<{ cpuUs: number }>({}), client.ask<Answered>({ do: 'count' }), performance.now()])
  const [cpuBefore, before, beganMs] = await look()
  await delay(seconds * 1000)
  const [cpuAfter, after, endedMs] = await look()
  const requests = after.answered - before.answered
  return {
    cpuUs: (cpuAfter.cpuUs - cpuBefore.cpuUs) / requests,
    perSecond: (requests * 1000) / (endedMs - beganMs),
  }
}

type Checked = { problems: string[]; notes: string[] }
type OfRequest = Pick<HttpWork, 'spans' | 'records'>

/**
 * We must have sent all spans and records of each request. A rival that drops some under this load does less work for
 * the rest, which is noted; one that drops most is not measured.
 */
async function checkArrivals(
  system: SystemName,
  sink: Sink,
  { answered, failed }: Answered,
  ofRequest: OfRequest,
): Promise<Checked> {
  const problems = failed > 0 ? [`${system}: ${failed} requests failed`] : []
  if (answered === 0) return { problems, notes: [] }
  if (system === 'bare') return { problems, notes: [] }
  const share = (counts: Counts): number => Math.min(1, complete(system, counts, ofRequest) / answered)
  const arrived = share(await sink.until((counts) => share(counts) === 1))
  if (arrived === 1) return { problems, notes: [] }
  const text = `${system}: ${(100 * arrived).toFixed(1)} % of ${answered} requests arrived whole`
  const isUseless = system === 'clew' || arrived < 0.5
  return isUseless ? { problems: [...problems, text], notes: [] } : { problems, notes: [text] }
}

/** Requests of which all that the system sends by default can have arrived. dd-trace and Hono's middleware send no records. */
function complete(system: SystemName, counts: Counts, { spans, records }: OfRequest): number {
  if (system === 'dd-trace') return Math.min(counts.datadogTraces, counts.datadogSpans / spans)
  const ofSpans = counts.spans / spans
  return records === 0 || system === '@hono/otel' ? ofSpans : Math.min(ofSpans, counts.logsInTrace / records)
}

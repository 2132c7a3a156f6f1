import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SystemName } from '../systems.ts'
import { startApplication } from './application.ts'
import { type Child, startChild } from './child.ts'
import { type Sink, startSink } from './sink.ts'

const CONNECTIONS = 32
const ARRIVE_MS = 20_000

export type HttpSample = { cpuUs: number; perSecond: number; problems: string[] }
export type Seconds = { warmUp: number; measured: number }
type Answered = { answered: number; failed: number }

/** Loads a server of `apps/web` from a process of its own, and checks that its telemetry arrived. */
export async function sampleHttp(system: SystemName, file: string, seconds: Seconds): Promise<HttpSample> {
  const sink = await startSink()
  const server = await startApplication({ system, file, sink })
  const { port } = await server.next<{ port: number }>()
  const client = startChild({
    file: join(import.meta.dirname, '../load/client.ts'),
    args: [String(port), String(CONNECTIONS)],
  })
  try {
    await delay(seconds.warmUp * 1000)
    const measured = await measureFor(seconds.measured, server, client)
    const all = await client.ask<Answered>({ do: 'stop' })
    return { ...measured, problems: await missing(system, sink, all) }
  } finally {
    await client.stop()
    await server.stop()
    await sink.stop()
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

/** Each system must have sent what it is for: we a span and a record for each request. */
async function missing(system: SystemName, sink: Sink, { answered, failed }: Answered): Promise<string[]> {
  const problems = failed > 0 ? [`${system}: ${failed} requests failed`] : []
  if (system === 'bare') return problems
  if (system === 'dd-trace') {
    const { datadogTraces } = await sink.until((counts) => counts.datadogTraces >= answered, ARRIVE_MS)
    return datadogTraces >= answered
      ? problems
      : [...problems, `${system}: ${datadogTraces} traces of ${answered} requests arrived`]
  }
  const isComplete = ({ spans, logsInTrace }: { spans: number; logsInTrace: number }): boolean =>
    spans >= answered && logsInTrace >= answered
  const counts = await sink.until(isComplete, ARRIVE_MS)
  if (isComplete(counts)) return problems
  const { spans, logsInTrace } = counts
  return [
    ...problems,
    `${system}: ${spans} spans and ${logsInTrace} records of ${answered} requests arrived in a trace`,
  ]
}

import type { Signal } from './batch.ts'
import type { Endpoint, PipelineOptions } from './pipeline.ts'
import type { Problems } from './problems.ts'
import { type LaneOptions, SignalLane } from './signal-lane.ts'
import { heartbeatMs } from './spool/folders.ts'
import { openJournal } from './spool/journal.ts'
import { openSpool, type SpoolOptions } from './spool/spool.ts'

export const defaultFlushMs = 10_000
const defaultSpoolBytes = 256 * 1024 * 1024

export type LanePlan = Pick<PipelineOptions, 'logs' | 'traces' | 'spoolDirectory' | 'maxSpoolBytes'> & {
  /** Whether what waits in memory lies on disk as well. */
  journals: boolean
}

type LaneFacts = Omit<LaneOptions, 'signal' | 'endpoint' | 'spool' | 'journal'>

/** One lane for each signal that has an address. An address that is none is reported and its signal stays off. */
export function openLanes(plan: LanePlan, facts: LaneFacts): SignalLane[] {
  const wanted: [Signal, Endpoint | undefined][] = [
    ['logs', plan.logs],
    ['traces', plan.traces],
  ]
  const lanes: SignalLane[] = []
  for (const [signal, endpoint] of wanted) {
    if (endpoint === undefined || !isUsable(endpoint, signal, facts.problems)) continue
    lanes.push(new SignalLane({ ...facts, signal, endpoint, ...onDisk(plan, signal, endpoint.url, facts) }))
  }
  return lanes
}

function isUsable({ url }: Endpoint, signal: Signal, problems: Problems): boolean {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return true
  problems.say(
    'CLEW_ENDPOINT_INVALID',
    signal,
    () => `"${url}" is no address to send ${signal} to; write http://host:4318/v1/${signal}`,
  )
  return false
}

function onDisk(
  { spoolDirectory: directory, maxSpoolBytes: maxBytes = defaultSpoolBytes, journals }: LanePlan,
  signal: Signal,
  url: string,
  { problems, now }: LaneFacts,
): Pick<LaneOptions, 'spool' | 'journal'> {
  if (directory === undefined) return { spool: undefined, journal: undefined }
  const options: SpoolOptions = { directory, signal, url, maxBytes, problems, now }
  return { spool: openSpool(options), journal: journals ? openJournal(options) : undefined }
}

/** Takes over the spool of ended processes, at once and then regularly. */
export function startHeartbeat(
  lanes: readonly SignalLane[],
  runHidden: LaneOptions['runHidden'],
): NodeJS.Timeout | undefined {
  const spooling = lanes.filter(({ spool }) => spool !== undefined)
  if (spooling.length === 0) return undefined
  const beat = (): void => {
    for (const lane of spooling) lane.beat()
  }
  return runHidden(() => {
    beat()
    return setInterval(beat, heartbeatMs).unref()
  })
}

/** Resolves when all is done or the time is over. The timer holds the process, as the work does not. */
export function within(timeoutMs: number, work: readonly Promise<void>[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    void Promise.all(work).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { isMainThread } from 'node:worker_threads'
import { defaultLimits, encodeResource, writeLogRecord, writeSpan } from '@clew/otlp'
import type { Signal } from './batch.ts'
import { WriterPool } from './chunk.ts'
import { joinEnd } from './exit/end.ts'
import { createEndMember } from './exit/end-member.ts'
import { createIntake } from './intake.ts'
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts'
import type { Endpoint, Pipeline, PipelineOptions } from './pipeline.ts'
import { Problems } from './problems.ts'
import { emptyCounters } from './queue.ts'
import { type LaneOptions, SignalLane } from './signal-lane.ts'
import { heartbeatMs } from './spool/folders.ts'
import { openSpool } from './spool/spool.ts'
import { RecordMirror } from './threads/record-mirror.ts'
import { type OrphanedRecords, watchThreads } from './threads/thread-records.ts'

const defaultQueueBytes = 64 * 1024 * 1024
const defaultSpoolBytes = 256 * 1024 * 1024
const defaultFlushMs = 10_000

type RunHidden = NonNullable<PipelineOptions['runHidden']>

const ignore = (): void => {}

/**
 * Starts to take in records and to send them. Opens no connection and touches no disk before the first record,
 * but for a look whether an ended process left records in the spool. An address that is none is reported and its
 * signal stays off. Never throws.
 */
export function startPipeline(options: PipelineOptions): Pipeline {
  const runHidden = options.runHidden ?? AsyncLocalStorage.snapshot()
  const limits = options.limits ?? { logs: defaultLimits, traces: defaultLimits }
  const budget = createMemoryBudget(options.maxQueueBytes ?? defaultQueueBytes)
  const lanes = openLanes(options, budget, runHidden)
  const logs = lanes.find(({ signal }) => signal === 'logs')
  const traces = lanes.find(({ signal }) => signal === 'traces')
  const heartbeat = startHeartbeat(lanes, runHidden)
  const leaveEnd = options.exit === 'off' ? ignore : takePartInEnd(lanes, options, runHidden)

  return {
    log: logs === undefined ? ignore : createIntake(logs.queue, writeLogRecord, limits.logs),
    span: traces === undefined ? ignore : createIntake(traces.queue, writeSpan, limits.traces),
    flush: (timeoutMs = defaultFlushMs) =>
      within(
        timeoutMs,
        lanes.map(({ loop }) => loop.settled()),
      ),
    counters: () => ({ logs: countersOf(logs), traces: countersOf(traces) }),
    async stop(timeoutMs = defaultFlushMs) {
      await within(
        timeoutMs,
        lanes.flatMap(({ loop }) => [loop.settled(), loop.leaveSpool()]),
      )
      clearInterval(heartbeat)
      leaveEnd()
      for (const lane of lanes) lane.close()
      // No room any more: what is still logged is dropped before it is encoded.
      budget.max = 0
    },
  }
}

function openLanes(options: PipelineOptions, budget: MemoryBudget, runHidden: RunHidden): SignalLane[] {
  const { exit = 'flush', scheduleDelayMs = 1000 } = options
  const problems = new Problems(options.report, Date.now)
  const resource = encodeResource(options.resource)
  const common = {
    ...{ resource, budget, problems, scheduleDelayMs, runHidden },
    pool: new WriterPool(),
    mirror: isMainThread || exit === 'off' ? undefined : new RecordMirror(resource),
    keepsSpare: exit === 'flush',
    now: Date.now,
    random: Math.random,
  }
  const wanted: [Signal, Endpoint | undefined][] = [
    ['logs', options.logs],
    ['traces', options.traces],
  ]
  const lanes: SignalLane[] = []
  for (const [signal, endpoint] of wanted) {
    if (endpoint === undefined || !isUsable(endpoint, signal, problems)) continue
    const spool = spoolFor(options, signal, endpoint.url, problems)
    lanes.push(new SignalLane({ ...common, signal, endpoint, spool }))
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

function spoolFor(
  options: PipelineOptions,
  signal: Signal,
  url: string,
  problems: Problems,
): LaneOptions['spool'] {
  const { spoolDirectory: directory, maxSpoolBytes: maxBytes = defaultSpoolBytes } = options
  if (directory === undefined) return undefined
  return openSpool({ directory, signal, url, maxBytes, problems, now: Date.now })
}

/** Takes over the spool of ended processes, at once and then regularly. */
function startHeartbeat(lanes: readonly SignalLane[], runHidden: RunHidden): NodeJS.Timeout | undefined {
  const spooling = lanes.filter(({ spool }) => spool !== undefined)
  if (spooling.length === 0) return undefined
  const beat = (): void => {
    for (const { spool, loop } of spooling) {
      spool?.claim()
      loop.wake(false)
    }
  }
  return runHidden(() => {
    beat()
    return setInterval(beat, heartbeatMs).unref()
  })
}

function takePartInEnd(
  lanes: readonly SignalLane[],
  options: PipelineOptions,
  runHidden: RunHidden,
): () => void {
  const adopt = (left: readonly OrphanedRecords[]): void => {
    for (const records of left) lanes.find(({ signal }) => signal === records.signal)?.queue.adopt(records)
  }
  const watch = (): ReturnType<typeof watchThreads> =>
    watchThreads((left) => {
      adopt(left)
      for (const { loop } of lanes) loop.wake(false)
    })
  const threads = isMainThread ? runHidden(watch) : undefined
  const leaveEnd = joinEnd(createEndMember(lanes, options, () => adopt(threads?.takeAll() ?? [])))
  return () => {
    leaveEnd()
    threads?.close()
  }
}

function countersOf(lane: SignalLane | undefined): ReturnType<typeof emptyCounters> {
  return lane === undefined ? emptyCounters() : { ...lane.queue.counters }
}

/** Resolves when all is done or the time is over. The timer holds the process, as the work does not. */
function within(timeoutMs: number, work: readonly Promise<void>[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    void Promise.all(work).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

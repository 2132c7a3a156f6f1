import { AsyncLocalStorage } from 'node:async_hooks'
import { isMainThread } from 'node:worker_threads'
import { defaultLimits, type EncodeLimits, encodeResource, writeLogRecord, writeSpan } from '@clew/otlp'
import { ProcessEnd } from './exit/end.ts'
import { createEndMember } from './exit/end-member.ts'
import type { Destination } from './export/destination.ts'
import { type Lanes, openLanes } from './export/lanes.ts'
import type { Pipeline, PipelineCounters, PipelineOptions, WaitingBytes } from './pipeline.ts'
import { Problems } from './problems.ts'
import { WriterPool } from './records/chunk.ts'
import { createFanOut, type Outlet } from './records/fan-out.ts'
import { createIntake } from './records/intake.ts'
import { emptyCounters, type OrphanedRecords } from './records/queue.ts'
import { RecordMirror } from './threads/record-mirror.ts'
import { ThreadRecords } from './threads/thread-records.ts'
import { monotonicMs, wallMs } from './timers.ts'

type RunHidden = NonNullable<PipelineOptions['runHidden']>

const ignore = (): void => {}
const processEnd = new ProcessEnd(monotonicMs)

/**
 * Starts to take in records and to send them. Opens no connection and touches no disk before the first record,
 * but for a look whether an ended process left records in the spool. An address that is none is reported and its
 * signal stays off. Log records go to each of `destinations` as well that wants them. Never throws.
 */
export function startPipeline(options: PipelineOptions, destinations: readonly Destination[] = []): Pipeline {
  const { exit = 'flush', scheduleDelayMs = 500, runHidden = AsyncLocalStorage.snapshot() } = options
  const limits = options.limits ?? { logs: defaultLimits, traces: defaultLimits }
  const resource = encodeResource(options.resource)
  const mirror = isMainThread || exit === 'off' ? undefined : new RecordMirror(resource)
  const lanes = openLanes(
    { ...options, maxQueueBytes: options.maxQueueBytes, destinations, journals: false },
    {
      ...{ resource, mirror, scheduleDelayMs, runHidden },
      problems: new Problems(options.report, wallMs, { printAddress: options.printAddress }),
      pool: new WriterPool(),
      keepsSpare: exit === 'flush',
      now: wallMs,
      random: Math.random,
    },
  )
  const traces = lanes.of('traces')?.queue
  const leaveEnd = exit === 'off' ? ignore : takePartInEnd(lanes, options, runHidden)

  return {
    log: openLogs(outletsOf(lanes, options, destinations), limits.logs),
    span: traces === undefined ? ignore : createIntake(traces, writeSpan, limits.traces),
    flush: lanes.flush,
    counters: () => countersOf(lanes),
    waitingBytes: () => ({ ...lanes.memory(), ...onDisk(lanes) }),
    async stop(timeoutMs) {
      await lanes.drain(timeoutMs, false)
      leaveEnd()
      lanes.close()
      mirror?.close()
      lanes.leaveNoRoom()
    },
  }
}

function takePartInEnd(lanes: Lanes, options: PipelineOptions, runHidden: RunHidden): () => void {
  const adopt = (left: readonly OrphanedRecords[]): void => {
    for (const records of left) lanes.of(records.lane)?.queue.adopt(records)
  }
  const watch = (): ThreadRecords =>
    new ThreadRecords((left) => {
      adopt(left)
      for (const { loop } of lanes.all) loop.wake(false)
    })
  const threads = isMainThread ? runHidden(watch) : undefined
  const leaveEnd = processEnd.join(createEndMember(lanes.all, options, () => adopt(threads?.takeAll() ?? [])))
  return () => {
    leaveEnd()
    threads?.close()
  }
}

function outletsOf(
  lanes: Lanes,
  { logFilter = {} }: PipelineOptions,
  destinations: readonly Destination[],
): Outlet[] {
  return [{ name: 'logs', ...logFilter }, ...destinations].flatMap((filter) => {
    const queue = lanes.of(filter.name)?.queue
    return queue === undefined ? [] : [{ queue, filter }]
  })
}

/** One queue that wants all is written into at once. */
function openLogs(outlets: readonly Outlet[], limits: EncodeLimits): Pipeline['log'] {
  const [first] = outlets
  if (first === undefined) return ignore
  const { minSeverity, where } = first.filter
  if (outlets.length === 1 && !minSeverity && where === undefined)
    return createIntake(first.queue, writeLogRecord, limits)
  return createFanOut(outlets, limits)
}

function countersOf(lanes: Lanes): PipelineCounters {
  const none = { logs: emptyCounters(), traces: emptyCounters() }
  return { ...none, ...Object.fromEntries(lanes.all.map(({ name, queue }) => [name, { ...queue.counters }])) }
}

function onDisk(lanes: Lanes): Pick<WaitingBytes, 'spool' | 'maxSpool'> {
  const spools = lanes.all.flatMap(({ spool }) => spool ?? [])
  return {
    spool: spools.reduce((sum, { bytes }) => sum + bytes, 0),
    maxSpool: spools.reduce((most, { maxBytes }) => Math.max(most, maxBytes), 0),
  }
}

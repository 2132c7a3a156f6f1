import { AsyncLocalStorage } from 'node:async_hooks'
import { isMainThread } from 'node:worker_threads'
import { defaultLimits, encodeResource, writeLogRecord, writeSpan } from '@clew/otlp'
import { WriterPool } from './chunk.ts'
import { joinEnd } from './exit/end.ts'
import { createEndMember } from './exit/end-member.ts'
import { createIntake } from './intake.ts'
import { defaultFlushMs, openLanes, startHeartbeat, within } from './lanes.ts'
import { createMemoryBudget, defaultQueueBytes, type MemoryBudget } from './memory-budget.ts'
import type { Pipeline, PipelineOptions } from './pipeline.ts'
import { Problems } from './problems.ts'
import { emptyCounters } from './queue.ts'
import type { SignalLane } from './signal-lane.ts'
import { RecordMirror } from './threads/record-mirror.ts'
import { type OrphanedRecords, watchThreads } from './threads/thread-records.ts'

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
  const lanes = openOwnLanes(options, budget, runHidden)
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

function openOwnLanes(options: PipelineOptions, budget: MemoryBudget, runHidden: RunHidden): SignalLane[] {
  const { exit = 'flush', scheduleDelayMs = 1000 } = options
  const resource = encodeResource(options.resource)
  const facts = {
    ...{ resource, budget, scheduleDelayMs, runHidden },
    problems: new Problems(options.report, Date.now),
    pool: new WriterPool(),
    mirror: isMainThread || exit === 'off' ? undefined : new RecordMirror(resource),
    keepsSpare: exit === 'flush',
    now: Date.now,
    random: Math.random,
  }
  return openLanes({ ...options, journals: false }, facts)
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

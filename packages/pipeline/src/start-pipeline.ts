import { AsyncLocalStorage } from 'node:async_hooks'
import { isMainThread } from 'node:worker_threads'
import { defaultLimits, encodeResource, writeLogRecord, writeSpan } from '@clew/otlp'
import { ProcessEnd } from './exit/end.ts'
import { createEndMember } from './exit/end-member.ts'
import { type Lanes, openLanes } from './export/lanes.ts'
import type { Pipeline, PipelineOptions, SignalCounters, WaitingBytes } from './pipeline.ts'
import { Problems } from './problems.ts'
import type { Signal } from './records/batch.ts'
import { WriterPool } from './records/chunk.ts'
import { createIntake } from './records/intake.ts'
import { createBudget, emptyCounters, type OrphanedRecords } from './records/queue.ts'
import { RecordMirror } from './threads/record-mirror.ts'
import { ThreadRecords } from './threads/thread-records.ts'
import { monotonicMs, wallMs } from './timers.ts'

type RunHidden = NonNullable<PipelineOptions['runHidden']>

const ignore = (): void => {}
const processEnd = new ProcessEnd(monotonicMs)

/**
 * Starts to take in records and to send them. Opens no connection and touches no disk before the first record,
 * but for a look whether an ended process left records in the spool. An address that is none is reported and its
 * signal stays off. Never throws.
 */
export function startPipeline(options: PipelineOptions): Pipeline {
  const { exit = 'flush', scheduleDelayMs = 1000, runHidden = AsyncLocalStorage.snapshot() } = options
  const limits = options.limits ?? { logs: defaultLimits, traces: defaultLimits }
  const resource = encodeResource(options.resource)
  const budget = createBudget(options.maxQueueBytes)
  const mirror = isMainThread || exit === 'off' ? undefined : new RecordMirror(resource)
  const lanes = openLanes(
    { ...options, journals: false },
    {
      ...{ resource, budget, mirror, scheduleDelayMs, runHidden },
      problems: new Problems(options.report, wallMs, { printAddress: options.printAddress }),
      pool: new WriterPool(),
      keepsSpare: exit === 'flush',
      now: wallMs,
      random: Math.random,
    },
  )
  const [logs, traces] = [lanes.of('logs')?.queue, lanes.of('traces')?.queue]
  const leaveEnd = exit === 'off' ? ignore : takePartInEnd(lanes, options, runHidden)

  return {
    log: logs === undefined ? ignore : createIntake(logs, writeLogRecord, limits.logs),
    span: traces === undefined ? ignore : createIntake(traces, writeSpan, limits.traces),
    flush: lanes.flush,
    counters: () => ({ logs: countersOf(lanes, 'logs'), traces: countersOf(lanes, 'traces') }),
    waitingBytes: () => ({
      memory: budget.used,
      maxMemory: budget.max,
      ...onDisk(lanes),
    }),
    async stop(timeoutMs) {
      await lanes.drain(timeoutMs, false)
      leaveEnd()
      lanes.close()
      mirror?.close()
      // No room any more: what is still logged is dropped before it is encoded.
      budget.max = 0
    },
  }
}

function takePartInEnd(lanes: Lanes, options: PipelineOptions, runHidden: RunHidden): () => void {
  const adopt = (left: readonly OrphanedRecords[]): void => {
    for (const records of left) lanes.of(records.signal)?.queue.adopt(records)
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

function countersOf(lanes: Lanes, signal: Signal): SignalCounters {
  return { ...(lanes.of(signal)?.queue.counters ?? emptyCounters()) }
}

function onDisk(lanes: Lanes): Pick<WaitingBytes, 'spool' | 'maxSpool'> {
  const spools = lanes.all.flatMap(({ spool }) => spool ?? [])
  return {
    spool: spools.reduce((sum, { bytes }) => sum + bytes, 0),
    maxSpool: spools.reduce((most, { maxBytes }) => Math.max(most, maxBytes), 0),
  }
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { isMainThread } from 'node:worker_threads'
import { defaultLimits, encodeResource, writeLogRecord, writeSpan } from '@clew/otlp'
import type { Signal } from './batch.ts'
import { WriterPool } from './chunk.ts'
import { joinEnd } from './exit/end.ts'
import { createEndMember } from './exit/end-member.ts'
import { createIntake } from './intake.ts'
import { createMemoryBudget } from './memory-budget.ts'
import type { Endpoint, Pipeline, PipelineOptions } from './pipeline.ts'
import { Problems } from './problems.ts'
import { emptyCounters } from './queue.ts'
import { type Lane, openLane } from './signal-lane.ts'
import { heartbeatMs } from './spool/folders.ts'
import { openSpool } from './spool/spool.ts'
import { type OrphanedRecords, watchThreads } from './threads/thread-records.ts'

const defaultQueueBytes = 64 * 1024 * 1024
const defaultSpoolBytes = 256 * 1024 * 1024
const defaultFlushMs = 10_000

const ignore = (): void => {}

/**
 * Starts to take in records and to send them. Opens no connection and touches no disk before the first record,
 * but for a look whether an ended process left records in the spool. An address that is none is reported and its
 * signal stays off. Never throws.
 */
export function startPipeline(options: PipelineOptions): Pipeline {
  const runHidden = options.runHidden ?? AsyncLocalStorage.snapshot()
  const limits = options.limits ?? defaultLimits
  const lanes = openLanes(options, runHidden)
  const logs = lanes.get('logs')
  const traces = lanes.get('traces')
  const open = [...lanes.values()]
  const heartbeat = startHeartbeat(open, runHidden)
  const leaveEnd = options.exit === 'off' ? ignore : takePartInEnd(open, options, runHidden)

  const flush = async (timeoutMs: number = defaultFlushMs): Promise<void> => {
    await within(timeoutMs, Promise.all(open.map((lane) => lane.loop.settled())))
  }
  return {
    log: logs === undefined ? ignore : createIntake(logs.queue, writeLogRecord, limits),
    span: traces === undefined ? ignore : createIntake(traces.queue, writeSpan, limits),
    flush,
    counters: () => ({ logs: countersOf(logs), traces: countersOf(traces) }),
    async stop(timeoutMs = defaultFlushMs) {
      await within(
        timeoutMs,
        Promise.all(open.map(({ loop }) => Promise.all([loop.settled(), loop.leaveSpool()]))),
      )
      clearInterval(heartbeat)
      leaveEnd()
      for (const lane of open) lane.close()
    },
  }
}

function openLanes(options: PipelineOptions, runHidden: <T>(work: () => T) => T): Map<Signal, Lane> {
  const problems = new Problems(options.report, Date.now)
  const budget = createMemoryBudget(options.maxQueueBytes ?? defaultQueueBytes)
  const pool = new WriterPool()
  const resource = encodeResource(options.resource)
  const lanes = new Map<Signal, Lane>()
  const open = (signal: Signal, endpoint: Endpoint | undefined): void => {
    if (endpoint === undefined) return
    if (!/^https?:\/\//.test(endpoint.url) || !URL.canParse(endpoint.url)) {
      problems.say(
        'CLEW_ENDPOINT_INVALID',
        signal,
        () => `"${endpoint.url}" is no address to send ${signal} to; write http://host:4318/v1/${signal}`,
      )
      return
    }
    const { spoolDirectory: directory, maxSpoolBytes: maxBytes = defaultSpoolBytes } = options
    const spool =
      directory === undefined
        ? undefined
        : openSpool({ directory, signal, url: endpoint.url, maxBytes, problems, now: Date.now })
    const { scheduleDelayMs = 1000, exit = 'flush' } = options
    lanes.set(
      signal,
      openLane({
        signal,
        endpoint,
        resource,
        budget,
        pool,
        spool,
        scheduleDelayMs,
        exit,
        problems,
        now: Date.now,
        runHidden,
      }),
    )
  }
  open('logs', options.logs)
  open('traces', options.traces)
  return lanes
}

/** Takes over the spool of ended processes, at once and then regularly. */
function startHeartbeat(
  lanes: readonly Lane[],
  runHidden: <T>(work: () => T) => T,
): NodeJS.Timeout | undefined {
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
  lanes: readonly Lane[],
  options: PipelineOptions,
  runHidden: <T>(work: () => T) => T,
): () => void {
  const adopt = (left: readonly OrphanedRecords[]): void => {
    for (const records of left) lanes.find(({ signal }) => signal === records.signal)?.queue.adopt(records)
  }
  const threads = isMainThread
    ? runHidden(() =>
        watchThreads((left) => {
          adopt(left)
          for (const { loop } of lanes) loop.wake(false)
        }),
      )
    : undefined
  const member = createEndMember(lanes, options, () => adopt(threads?.takeAll() ?? []))
  const leaveEnd = joinEnd(member)
  return () => {
    leaveEnd()
    threads?.close()
  }
}

function countersOf(lane: Lane | undefined): ReturnType<typeof emptyCounters> {
  return lane === undefined ? emptyCounters() : { ...lane.queue.counters }
}

/** Resolves with the work or when the time is over. The timer holds the process, as the work does not. */
function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    void work.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { isMainThread } from 'node:worker_threads'
import {
  createByteWriter,
  defaultLimits,
  type EncodeLimits,
  encodeResource,
  type LogInput,
  type SpanInput,
  writeLogRecord,
  writeSpan,
} from '@clew/otlp'
import { ProcessEnd } from './exit/end.ts'
import { createEndMember } from './exit/end-member.ts'
import type { Destination } from './export/destination.ts'
import { type Lanes, openLanes } from './export/lanes.ts'
import type { Pipeline, PipelineCounters, PipelineOptions, WaitingBytes } from './pipeline.ts'
import type { Policy, PolicyPorts, SignalPorts } from './policy/policy.ts'
import { Problems } from './problems.ts'
import { WriterPool } from './records/chunk.ts'
import { createFanOut, createFramedFanOut, decodeFramed, type Outlet } from './records/fan-out.ts'
import { createFramedIntake, createIntake, type FramedIntake, type Intake } from './records/intake.ts'
import { type ByteQueue, emptyCounters, type OrphanedRecords } from './records/queue.ts'
import { RecordMirror } from './threads/record-mirror.ts'
import { ThreadRecords } from './threads/thread-records.ts'
import { clearInterval, monotonicMs, setInterval, wallMs } from './timers.ts'

type RunHidden = NonNullable<PipelineOptions['runHidden']>

const ignore = (): void => {}
const processEnd = new ProcessEnd(monotonicMs)

/**
 * Starts to take in records and to send them. Opens no connection and touches no disk before the first record,
 * but for a look whether an ended process left records in the spool. An address that is none is reported and its
 * signal stays off. Log records go to each of `destinations` as well that wants them. With `makePolicy` what it makes decides
 * about each record and span before it is taken in. Never throws.
 */
export function startPipeline(
  given: PipelineOptions,
  destinations: readonly Destination[] = [],
  makePolicy?: (ports: PolicyPorts) => Policy,
): Pipeline {
  let policy: Policy | undefined
  const options = { ...given, beforeDeath: sweepBefore(given.beforeDeath, () => policy) }
  const { exit = 'flush', scheduleDelayMs = 500, runHidden = AsyncLocalStorage.snapshot() } = options
  const limits = options.limits ?? { logs: defaultLimits, traces: defaultLimits }
  const resource = encodeResource(options.resource, limits.logs.redactor)
  const journals = options.writeAhead === true && options.spoolDirectory !== undefined ? 'records' : 'nothing'
  // What lies on disk when its thread is terminated need not be shown to the main thread.
  const isMirrored = !isMainThread && exit !== 'off' && journals === 'nothing'
  const mirror = isMirrored ? new RecordMirror(resource) : undefined
  const { report, printAddress, settingNames } = options
  const problems = new Problems(report, wallMs, { printAddress, ...(settingNames && { settingNames }) })
  const lanes = openLanes(
    { ...options, maxQueueBytes: options.maxQueueBytes, destinations, journals },
    {
      ...{ resource, mirror, scheduleDelayMs, runHidden },
      problems,
      pool: new WriterPool(),
      keepsSpare: exit === 'flush',
      now: wallMs,
      random: Math.random,
    },
  )
  const traces = lanes.of('traces')?.queue
  const ways = {
    logs: openLogs(outletsOf(lanes, options, destinations), limits.logs),
    traces: openTraces(traces, limits.traces),
  }
  policy = makePolicy?.(portsOf(ways, limits, problems))
  const sweeping = policy && sweepRegularly(policy, runHidden)
  const leaveEnd = exit === 'off' ? ignore : takePartInEnd(lanes, options, runHidden)

  return {
    log: policy?.log ?? ways.logs?.take ?? ignore,
    span: policy?.span ?? ways.traces?.take ?? ignore,
    flush: lanes.flush,
    counters: () => countersOf(lanes),
    waitingBytes: () => ({ ...lanes.memory(), ...onDisk(lanes) }),
    async stop(timeoutMs) {
      policy?.sweep(true)
      clearInterval(sweeping)
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
    new ThreadRecords((left, threadId) => {
      adopt(left)
      for (const lane of lanes.all) lane.takeOver(threadId)
      if (left.length > 0) for (const { loop } of lanes.all) loop.wake(false)
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

/** The way of one signal into the queues: of records, and of such as are encoded already. */
type Way<Input> = { take: Intake<Input>; pass: FramedIntake }

/** One queue that wants all is written into at once. */
function openLogs(outlets: readonly Outlet[], limits: EncodeLimits): Way<LogInput> | undefined {
  const [first] = outlets
  if (first === undefined) return undefined
  const { minSeverity, where } = first.filter
  if (outlets.length === 1 && !minSeverity && where === undefined)
    return { take: createIntake(first.queue, writeLogRecord, limits), pass: createFramedIntake(first.queue) }
  return { take: createFanOut(outlets, limits), pass: createFramedFanOut(outlets) }
}

function openTraces(queue: ByteQueue | undefined, limits: EncodeLimits): Way<SpanInput> | undefined {
  return queue && { take: createIntake(queue, writeSpan, limits), pass: createFramedIntake(queue) }
}

function portsOf(
  { logs, traces }: { logs: Way<LogInput> | undefined; traces: Way<SpanInput> | undefined },
  limits: { logs: EncodeLimits; traces: EncodeLimits },
  problems: Problems,
): PolicyPorts {
  return {
    logs:
      logs &&
      signalPorts(logs, (writer, input, weight) => writeLogRecord(writer, input, limits.logs, weight)),
    traces: traces && signalPorts(traces, (writer, span) => writeSpan(writer, span, limits.traces)),
    nowMs: monotonicMs,
    decode(write) {
      const writer = createByteWriter(1024)
      write(writer)
      return decodeFramed(writer.buffer.subarray(0, writer.position))
    },
    announce: ignore,
    ringIsSmall: (seconds) =>
      problems.say(
        'CLEW_HOLD_SMALL',
        '',
        () =>
          `records that wait for their chain to fail are pushed out after ${seconds.toFixed(1)} s; give CLEW_HOLD_BYTES more, or hold less`,
      ),
  }
}

function signalPorts<Input>(
  { take, pass }: Way<Input>,
  write: SignalPorts<Input>['write'],
): SignalPorts<Input> {
  return { ship: take, pass, write }
}

const sweepIntervalMs = 1_000

function sweepRegularly(policy: Policy, runHidden: RunHidden): NodeJS.Timeout {
  return runHidden(() => setInterval(() => policy.sweep(), sweepIntervalMs).unref())
}

// What a storm has left behind leaves with the last flush.
function sweepBefore(
  beforeDeath: PipelineOptions['beforeDeath'],
  policy: () => Policy | undefined,
): NonNullable<PipelineOptions['beforeDeath']> {
  return (exitCode) => {
    beforeDeath?.(exitCode)
    policy()?.sweep(true)
  }
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

import { AsyncLocalStorage } from 'node:async_hooks'
import { isMainThread } from 'node:worker_threads'
import {
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
import { statusOf } from './export/lane-status.ts'
import { type LaneFacts, type LanePlan, type Lanes, openLane, openLanes } from './export/lanes.ts'
import { type MetricsWay, startMetricsWay } from './export/metrics-way.ts'
import type { MetricsOptions, Pipeline, PipelineCounters, PipelineOptions, WaitingBytes } from './pipeline.ts'
import type { Policy, PolicyPorts, SignalPorts } from './policy/policy.ts'
import { Problems } from './problems.ts'
import { WriterPool } from './records/chunk.ts'
import { createFanOut, createFramedFanOut, decodeFramed, type Outlet } from './records/fan-out.ts'
import { createFramedIntake, createIntake, type FramedIntake, type Intake } from './records/intake.ts'
import { type ByteQueue, createBudget, emptyCounters, type OrphanedRecords } from './records/queue.ts'
import { RecordMirror } from './threads/record-mirror.ts'
import { ThreadRecords } from './threads/thread-records.ts'
import { clearInterval, monotonicMs, setInterval, wallMs } from './timers.ts'

type RunHidden = NonNullable<PipelineOptions['runHidden']>

const ignore = (): void => {}
const metricsBytes = 4 * 1024 * 1024
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
  const plan: LanePlan = { ...options, maxQueueBytes: options.maxQueueBytes, destinations, journals }
  const facts: LaneFacts = {
    ...{ resource, mirror, scheduleDelayMs, runHidden },
    problems,
    pool: new WriterPool(),
    keepsSpare: exit === 'flush',
    now: wallMs,
    random: Math.random,
  }
  const lanes = openLanes(plan, facts)
  const traces = lanes.of('traces')?.queue
  const ways = {
    logs: openLogs(outletsOf(lanes, options, destinations), limits.logs),
    traces: openTraces(traces, limits.traces),
  }
  policy = makePolicy?.(portsOf(ways, limits, problems))
  const sweeping = policy && sweepRegularly(policy, runHidden)
  const metrics = options.metrics && openMetrics(options.metrics, plan, facts)
  const leaveEnd = exit === 'off' ? ignore : takePartInEnd(lanes, metrics, options, runHidden)
  const createdLogs = (): number =>
    policy ? sumOf(Object.values(policy.counters().seen)) : (ways.logs?.created() ?? 0)

  return {
    log: policy?.log ?? ways.logs?.take ?? ignore,
    span: policy?.span ?? ways.traces?.take ?? ignore,
    flush: lanes.flush,
    counters: () => countersOf(lanes),
    waitingBytes: () => ({ ...lanes.memory(), ...onDisk(lanes) }),
    status: () => ({ createdLogs: createdLogs(), lanes: lanes.all.map(statusOf) }),
    async stop(timeoutMs) {
      policy?.sweep(true)
      clearInterval(sweeping)
      await lanes.drain(timeoutMs, false)
      await metrics?.finish(timeoutMs)
      leaveEnd()
      lanes.close()
      metrics?.close()
      mirror?.close()
      lanes.leaveNoRoom()
    },
  }
}

/** Metrics need room for a few requests, and no disk: what is not sent is in the next one. */
function openMetrics(options: MetricsOptions, plan: LanePlan, facts: LaneFacts): MetricsWay | undefined {
  const budget = createBudget(metricsBytes)
  const lane = openLane(
    'metrics',
    options.endpoint,
    { ...plan, spoolDirectory: undefined },
    { ...facts, budget },
  )
  return lane && startMetricsWay(lane, options, facts.runHidden)
}

function takePartInEnd(
  lanes: Lanes,
  metrics: MetricsWay | undefined,
  options: PipelineOptions,
  runHidden: RunHidden,
): () => void {
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
  const leaveEnd = processEnd.join(
    createEndMember(lanes.all, metrics, options, () => adopt(threads?.takeAll() ?? [])),
  )
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
type Way<Input> = {
  take: Intake<Input>
  pass: FramedIntake
  /** How many this thread took in. */
  created(): number
}

/** One queue that wants all is written into at once. */
function openLogs(outlets: readonly Outlet[], limits: EncodeLimits): Way<LogInput> | undefined {
  const [first] = outlets
  if (first === undefined) return undefined
  const { minSeverity, where } = first.filter
  if (outlets.length === 1 && !minSeverity && where === undefined)
    return openWay(first.queue, writeLogRecord, limits)
  const counts = { created: 0 }
  return {
    take: createFanOut(outlets, limits, counts),
    pass: createFramedFanOut(outlets),
    created: () => counts.created,
  }
}

function openTraces(queue: ByteQueue | undefined, limits: EncodeLimits): Way<SpanInput> | undefined {
  return queue && openWay(queue, writeSpan, limits)
}

function openWay<Input>(
  queue: ByteQueue,
  write: Parameters<typeof createIntake<Input>>[1],
  limits: EncodeLimits,
): Way<Input> {
  return {
    take: createIntake(queue, write, limits),
    pass: createFramedIntake(queue),
    created: () => queue.counters.accepted - queue.adopted,
  }
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
    decode: decodeFramed,
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

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

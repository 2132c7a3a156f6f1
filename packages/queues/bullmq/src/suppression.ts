import {
  activeContext,
  isTracingSuppressed,
  runInContext,
  type Stop,
  suppressedRoot,
  wrapMethod,
} from '@clew/core'
import { type BullMQ, type Housekeeping, hasOwnTelemetry, owner, type Worker } from './library.ts'

/**
 * Runs the loops of workers in no context, so that what a worker does for its whole life is not part of the request
 * that happened to create it. Left alone where the user's own telemetry adapter watches them.
 */
export function attachHousekeeping(bullmq: BullMQ): Stop[] {
  const worker = bullmq.Worker.prototype
  const detach = (loop: (this: Worker, ...args: []) => Promise<void>) =>
    function (this: Worker, ...args: []): Promise<void> {
      if (hasOwnTelemetry(this)) return loop.apply(this, args)
      return runInContext(suppressedRoot, () => loop.apply(this, args))
    }
  return [
    wrapMethod(owner, worker, 'run', detach),
    wrapMethod(owner, worker, 'startStalledCheckTimer', detach),
  ]
}

// Not the name of the other wraps: some methods have both.
const suppression = '@clew/bullmq suppression'

type Method = (this: object, ...args: never[]) => unknown
type Methods = Record<string, Method>

/**
 * Keeps the commands that BullMQ sends for itself out of the application's traces, whatever client they go through:
 * they run in a constant context in which instrumentations of databases make no spans. No code of the user runs there.
 */
export function attachSuppression(bullmq: BullMQ): Stop[] {
  const backends = [bullmq.RedisQueueBackend, bullmq.PostgresQueueBackend, bullmq.Scripts]
  const connections = [bullmq.RedisConnection, bullmq.PostgresConnection]
  const stops = [...backends, ...connections].flatMap((one) => (one ? suppressAll(one) : []))
  return [...stops, ...(bullmq.Scripts ? suppressDirectCommands(bullmq) : suppressConnecting(bullmq))]
}

// Methods that send nothing (naming, the making of arguments), and those that only others of the same class call.
const left =
  /^constructor$|Args$|^(execCommand|addStandardJob|addDelayedJob|addPrioritizedJob|addParentJob|toKey|parseNodeKey|clientName|forQueue|getKeepJobs|getRepeatConcatOptions|finishedErrors|mapFinishError|buildNextJobResult|toBatchEntry|workerName|checkBlockingOptions|emitError)$/

function suppressAll(housekeeping: Housekeeping): Stop[] {
  const target = housekeeping.prototype as Methods
  const names = Object.getOwnPropertyNames(target).filter((name) => {
    const own = Object.getOwnPropertyDescriptor(target, name)
    return typeof own?.value === 'function' && !left.test(name)
  })
  return names.map((name) => suppress(target, name))
}

function suppress(target: Methods, name: string, unless?: (self: object) => boolean): Stop {
  return wrapMethod(suppression, target, name, (method) => {
    return function (...args) {
      if (isTracingSuppressed(activeContext()) || unless?.(this)) return method.apply(this, args)
      return runInContext(suppressedRoot, () => method.apply(this, args))
    }
  })
}

// A shared client is duplicated in the constructor of a worker; it connects at once.
function suppressConnecting(bullmq: BullMQ): Stop[] {
  return [bullmq.QueueBase, bullmq.Worker].flatMap(({ prototype }) =>
    Object.hasOwn(prototype, 'createBackend')
      ? suppress(prototype as object as Methods, 'createBackend')
      : [],
  )
}

// In 5.x some methods of the public classes talk to the client themselves. None of these emits a job's event or runs
// the user's code. Those that the user's telemetry adapter traces are left alone then.
const queue = [
  'getVersion',
  'getGlobalConcurrency',
  'setGlobalConcurrency',
  'setGlobalRateLimit',
  'removeGlobalConcurrency',
  'removeGlobalRateLimit',
  'rateLimit',
  'isPaused',
  'removeDebounceKey',
  'removeDeduplicationKey',
  'removeRateLimitKey',
  'trimEvents',
  'removeDeprecatedPriorityKey',
  'removeOrphanedJobs',
  'getJobScheduler',
  'getJobSchedulers',
  'getJobSchedulersCount',
  'getRepeatableJobs',
]
const getters = [
  'getDebounceJobId',
  'getDeduplicationJobId',
  'getGlobalConcurrency',
  'getGlobalRateLimit',
  'getMeta',
  'getJobLogs',
  'baseGetClients',
  'getMetrics',
]
const job = [
  'clearLogs',
  'getChildrenValues',
  'getIgnoredChildrenFailures',
  'getFailedChildrenValues',
  'getDependencies',
  'getDependenciesCount',
  'moveToFailed',
  'isInZSet',
]
const jobClass = ['create', 'createBulk', 'fromId']
const flowProducer = ['add', 'addBulk', 'getFlow']
const worker = ['getNextJob', 'rateLimit']

function suppressDirectCommands(bullmq: BullMQ): Stop[] {
  const some = (target: object, names: readonly string[], unless: (self: object) => boolean): Stop[] =>
    names.filter((name) => name in target).map((name) => suppress(target as Methods, name, unless))
  const ownTelemetry = (self: object): boolean => hasOwnTelemetry(self)
  return [
    ...some(bullmq.Scripts?.prototype ?? {}, ['execCommand'], () => false),
    ...some(bullmq.Queue.prototype, queue, ownTelemetry),
    ...some(bullmq.QueueGetters.prototype, getters, ownTelemetry),
    ...some(bullmq.Job.prototype, job, (self) => hasOwnTelemetry((self as { queue?: object }).queue ?? {})),
    ...some(bullmq.Job, jobClass, () => false),
    ...some(bullmq.FlowProducer.prototype, flowProducer, ownTelemetry),
    ...some(bullmq.Worker.prototype, worker, ownTelemetry),
  ]
}

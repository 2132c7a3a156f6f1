// The parts of BullMQ that this package reads or wraps, alike in 5.21 to 6.x unless optional.
// https://github.com/taskforcesh/bullmq/tree/master/src/classes

type Method = (...args: never[]) => unknown
type Class<T> = { prototype: T }

export type JobOptions = {
  readonly attempts?: number | undefined
  readonly delay?: number | undefined
  readonly jobId?: string | undefined
  readonly deduplication?: unknown
  readonly debounce?: unknown
  readonly repeat?: unknown
  readonly telemetry?: { metadata?: unknown; omitContext?: boolean | undefined } | undefined
  /** Versions 5.22 to 5.33. */
  readonly telemetryMetadata?: unknown
  readonly omitContext?: boolean | undefined
  /** The name under which Redis holds the metadata; versions before 5.22 hand it to the job as it is. */
  readonly tm?: unknown
}

/** What is read of a job, be it a Job of BullMQ or the copy of one in a sandbox. */
export type JobLike = {
  readonly id?: string | undefined
  readonly name: string
  readonly opts: object
  readonly queueName: string
  readonly timestamp?: number | undefined
  readonly processedOn?: number | undefined
  /** Set, in this process, when the job has completed or failed for good. */
  readonly finishedOn?: number | null | undefined
  readonly attemptsStarted?: number | undefined
  readonly attemptsMade?: number | undefined
  readonly parentKey?: string | undefined
  readonly repeatJobKey?: string | undefined
  readonly queueQualifiedName?: string | undefined
  /** Of the attempts that failed. */
  readonly stacktrace?: readonly unknown[] | null | undefined
}

export type Job = JobLike & { readonly queue: QueueBase; readonly queueQualifiedName: string }

/** The JSON form of a job that goes to a sandbox. */
export type SandboxJob = JobLike

export type QueueBase = {
  readonly name: string
  readonly qualifiedName: string
  readonly opts: { readonly telemetry?: unknown }
}

export type Queue = QueueBase & {
  readonly defaultJobOptions?: JobOptions | undefined
  add(name: string, data: unknown, opts?: JobOptions): Promise<Job>
  addBulk(jobs: BulkJob[]): Promise<Job[]>
  upsertJobScheduler(id: string, repeat: object, template?: JobTemplate): Promise<Job>
  emit: Emit
}

export type BulkJob = { readonly name: string; readonly data: unknown; readonly opts?: JobOptions }
export type JobTemplate = { readonly name?: string; readonly data?: unknown; readonly opts?: JobOptions }

export type FlowNode = {
  readonly name: string
  readonly queueName: string
  readonly data?: unknown
  readonly prefix?: string
  readonly opts?: JobOptions
  readonly children?: readonly FlowNode[]
}
export type FlowOptions = {
  readonly queuesOptions?: { readonly [queue: string]: { readonly defaultJobOptions?: JobOptions } }
}
export type JobTree = { readonly job: Job; readonly children?: readonly JobTree[] }

export type FlowProducer = {
  readonly opts?: { readonly telemetry?: unknown }
  add(flow: FlowNode, opts?: FlowOptions): Promise<JobTree | undefined>
  addBulk(flows: FlowNode[]): Promise<JobTree[] | undefined>
  emit: Emit
}

export type Emit = (event: string | symbol, ...args: unknown[]) => boolean

export type Worker = JobSource & {
  callProcessJob(job: Job, token: string, signal?: AbortSignal): unknown
  emit: Emit
  run(): Promise<void>
  startStalledCheckTimer(): Promise<void>
}

/** ioredis, or BullMQ's adapter of another client. */
export type RedisClient = { hmget?(key: string, ...fields: string[]): Promise<(string | null)[]> }

/** What reads jobs. */
export type JobSource = QueueBase & {
  /** Redis in 5.x; in 6.x the backend has it, unless that is PostgreSQL. */
  readonly client?: Promise<RedisClient> | undefined
  readonly backend?: { readonly client?: Promise<RedisClient> | undefined }
  toKey(id: string): string
}

export type QueueEvents = JobSource & {
  listenerCount(event: string): number
  emit: Emit
  run(): Promise<void>
  close(): Promise<void>
  checkConnectionError(read: () => Promise<unknown>, delayMs?: number): Promise<unknown>
}

export type JobMoves = Job & {
  moveToCompleted(returnValue: unknown, token: string, fetchNext?: boolean): Promise<unknown>
  moveToFailed(error: unknown, token: string, fetchNext?: boolean): Promise<unknown>
  asJSONSandbox(): SandboxJob
}

export type JobClass = Class<JobMoves> & {
  fromId(queue: QueueBase, id: string): Promise<Job | undefined>
}

export type ChildProcessor = { start(job: SandboxJob, token?: string): Promise<void> }

export type Trace = (
  kind: unknown,
  operation: string,
  destination: string,
  work: (span: undefined, metadata: string | undefined) => unknown,
  metadata?: string,
) => unknown

/** A class whose methods are only run somewhere else. */
export type Housekeeping = Class<Record<string, Method>>

export type BullMQ = {
  readonly Queue: Class<Queue>
  readonly FlowProducer: Class<FlowProducer>
  readonly Worker: Class<Worker>
  readonly QueueEvents: Class<QueueEvents>
  readonly Job: JobClass
  readonly Backoffs: { calculate(...args: unknown[]): unknown }
  readonly ChildPool: Class<{ retain(file: string): Promise<unknown> }>
  /** Not exported by the oldest versions. */
  readonly JobScheduler?: Class<QueueBase & { trace?: Trace }>
  readonly QueueBase: Housekeeping
  readonly QueueGetters: Housekeeping
  readonly RedisConnection: Housekeeping
  /** 5.x */
  readonly Scripts?: Housekeeping
  /** 6.x */
  readonly RedisQueueBackend?: Housekeeping
  readonly PostgresQueueBackend?: Housekeeping
  readonly PostgresConnection?: Housekeeping
}

/** The name under which this package wraps. */
export const owner = '@clew/bullmq'

/** Whether the user has given a telemetry adapter of BullMQ's own; spans are then its business. */
export function hasOwnTelemetry(target: { readonly opts?: { readonly telemetry?: unknown } }): boolean {
  return Boolean(target.opts?.telemetry)
}

/** The metadata among the options of a job, as any version and backend of BullMQ hands it over. */
export function metadataOf(opts: JobOptions): unknown {
  return opts.telemetry?.metadata ?? opts.telemetryMetadata ?? opts.tm
}

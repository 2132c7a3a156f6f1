import type { EncodeLimits, LogInput, LogRecord, SpanInput } from '@clew/otlp'

/** An instrumentation scope: the library that records came from. Make one per scope and keep it: the pipeline batches by identity. */
export type PipelineScope = { readonly name: string; readonly version: string }

/** OTLP over HTTP/1.1 in protobuf or JSON, or over gRPC. */
export type Protocol = 'http/protobuf' | 'http/json' | 'grpc'

/** Of a request's body of 1 KiB and more. Receivers need not take zstd; over gRPC it is gzip. */
export type Compression = 'gzip' | 'zstd' | 'none'

/** One OTLP destination, as OTEL_EXPORTER_OTLP_* describes it. */
export type Endpoint = {
  protocol: Protocol
  /** The whole address: with /v1/logs for HTTP, without a path for gRPC. http: or https:. */
  url: string
  headers: Readonly<Record<string, string>>
  compression: Compression
  timeoutMs: number
  /** PEM texts; absent: the system's CAs and no client certificate. */
  tls?: { ca?: string; cert?: string; key?: string; insecureSkipVerify?: false }
}

/** What the pipeline tells the operator about. */
export type ProblemCode =
  | 'CLEW_ENDPOINT_INVALID'
  | 'CLEW_EXPORT_FAILED'
  | 'CLEW_EXPORT_RECOVERED'
  | 'CLEW_EXPORT_REFUSED'
  | 'CLEW_EXPORT_PARTIAL'
  | 'CLEW_RECORD_TOO_LARGE'
  | 'CLEW_QUEUE_FULL'
  | 'CLEW_SPOOL_UNUSABLE'
  | 'CLEW_SPOOL_FULL'
  | 'CLEW_SPOOL_DAMAGED'
  | 'CLEW_SPOOL_LEFT'
  | 'CLEW_SPOOL_EXPIRED'
  | 'CLEW_RECORDS_LOST'
  | 'CLEW_HOLD_SMALL'

/** Which log records a destination wants. */
export type RecordFilter = {
  /** OTLP's SeverityNumber. A record without one counts as INFO. */
  minSeverity?: number | undefined
  /** Asked of the decoded record, which costs microseconds where there is one. Must not throw. */
  where?: ((record: LogRecord) => boolean) | undefined
}

/** What the settings are called that the messages for the operator name. */
export type SettingNames = {
  endpoint: string
  headers: string
  protocol: string
  certificate: string
  spoolDirectory: string
}

/** Metrics of this process, which are sent regularly and at its end. */
export type MetricsOptions = {
  readonly endpoint: Endpoint
  readonly intervalMs: number
  /**
   * Makes an `ExportMetricsServiceRequest` of what they are now. `onlyNews`: undefined where nothing has changed since the last one. Must
   * not throw.
   */
  collect(onlyNews: boolean): Buffer | undefined
}

/** Where the records of this process go, and what may be spent on them. */
export type PipelineOptions = {
  /** Undefined: the signal is not exported, its records cost nothing. */
  logs?: Endpoint | undefined
  traces?: Endpoint | undefined
  /** Which records go to `logs`; without it all. Other destinations have their own. */
  logFilter?: RecordFilter | undefined
  resource: Readonly<Record<string, unknown>>
  /**
   * Bytes of encoded records held in memory before the spool or a counted drop. Default 64 MiB. Each destination has an equal
   * part, so that one that is away takes no room from the others.
   */
  maxQueueBytes?: number
  /** Limits of log records and of spans. Default `defaultLimits` of @clew/otlp. */
  limits?: { logs: EncodeLimits; traces: EncodeLimits }
  /** Default half a second. */
  scheduleDelayMs?: number
  /** Folder for records that memory or the end of the process left no room for; undefined: no spool. */
  spoolDirectory?: string | undefined
  maxSpoolBytes?: number
  /** Records on disk are deleted, counted and said, when nothing was written to their file for so long. Default: they are kept. */
  maxSpoolAgeMs?: number | undefined
  /**
   * True: each record is written to a file below `spoolDirectory` before `log` or `span` returns, so that it outlives its
   * process however that ends. Records are then sent one request at a time and in their order. Default false.
   */
  writeAhead?: boolean
  /** `flush` (default) delivers within the budget; `spool` only appends to the spool; `off` installs nothing. */
  exit?: 'flush' | 'spool' | 'off'
  /** Default true. False installs no signal watcher. */
  signals?: boolean
  /**
   * Called just before the last flush, when nothing of the application runs any more: what is handed in here still
   * leaves. `exitCode` is undefined when a signal ends the process. It may be called twice, and must not throw.
   */
  beforeDeath?: (exitCode: number | undefined) => void
  /** Runs what the pipeline itself does (requests, timers, sockets) where instrumentations do not see it. */
  runHidden?: <T>(work: () => T) => T
  metrics?: MetricsOptions | undefined
  /** Makes an address printable for the operator: without user, password and values of the query. Absent: none is printed. */
  printAddress?: ((address: string) => string) | undefined
  /** Default: the variables of OpenTelemetry. */
  settingNames?: SettingNames | undefined
  /** One line for the operator, of each problem at most one a minute. */
  report: (code: ProblemCode, message: string) => void
}

/** Numbers of records of one signal since the start. */
export type SignalCounters = {
  /** Records taken in. */
  accepted: number
  /** Records that a receiver acknowledged. */
  delivered: number
  /** Records refused by the receiver (partial success, 4xx). */
  rejected: number
  /** Records lost on our side: memory and spool full. */
  dropped: number
  /** Records written to the spool; `accepted` is the sum of these four and of what waits in memory. */
  spooled: number
  /** Records acknowledged out of the spool, of this process and of ended ones. Not in `delivered`. */
  replayed: number
  /** Records on disk that were deleted for their age, of this process and of ended ones. */
  expired: number
}

/** What waits now to be sent, of all signals and destinations, and the most that may. */
export type WaitingBytes = {
  /** Encoded records in memory, with those that are on the wire. */
  memory: number
  maxMemory: number
  /** Records on disk, with those of ended processes. Each signal and each destination may use `maxSpool`. */
  spool: number
  maxSpool: number
}

/** How one destination does. */
export type LaneStatus = {
  /** The signal, or the name of another destination. */
  readonly name: string
  readonly signal: 'logs' | 'traces' | 'metrics'
  /** The origin of its address, or what it is called; without secrets. */
  readonly to: string
  /** Undefined for what is no OTLP receiver. */
  readonly otlp: { readonly protocol: Protocol; readonly host: string; readonly port: number } | undefined
  readonly counters: SignalCounters
  /** Records out of the spool that the receiver refused. */
  readonly replayRejected: number
  /** Records whose sending began; those of the spool are not among them. */
  readonly begun: number
  /** Records that are being sent, or wait for the next attempt to; with those of the spool. */
  readonly inflight: number
  /** Records in memory whose sending has not begun. */
  readonly waiting: number
  /** Records that the receiver did not take, by the type of error. */
  readonly failed: Readonly<Record<string, number>>
  /** How long it took to send a batch, with all attempts, by the type of error; empty where there was none. `counts` by `durationBounds`. */
  readonly durations: Readonly<
    Record<string, { readonly sumSeconds: number; readonly counts: readonly number[] }>
  >
  /** `look` reads the disk. Undefined without a spool. */
  readonly spool: { readonly bytes: number; readonly maxBytes: number; look(): SpoolContents } | undefined
  /** Since when nothing could be sent, and why; undefined where all is well as far as we know. */
  readonly failing: { readonly sinceUnixMs: number; readonly reason: string } | undefined
}

/** What lies on disk, with what was taken over of ended processes. */
export type SpoolContents = {
  readonly segments: number
  readonly records: number
  /** When the oldest segment was begun, in Unix milliseconds; undefined where there is none. */
  readonly oldestUnixMs: number | undefined
}

/** What a pipeline does now. */
export type PipelineStatus = {
  /** Log records since the start, whatever became of them. */
  readonly createdLogs: number
  readonly lanes: readonly LaneStatus[]
}

/** The signals are always there; a destination has its name. */
export type PipelineCounters = { logs: SignalCounters; traces: SignalCounters } & {
  readonly [destination: string]: SignalCounters
}

/** Takes in log records and spans. */
export type Pipeline = {
  /** Encodes the record at once. Never throws. */
  log(scope: PipelineScope, record: LogInput): void
  span(scope: PipelineScope, span: SpanInput): void
  /** Resolves when everything taken in so far is acknowledged, spooled, or the time is over. Never rejects. */
  flush(timeoutMs?: number): Promise<void>
  /** By signal, and of other destinations by their name. */
  counters(): PipelineCounters
  waitingBytes(): WaitingBytes
  status(): PipelineStatus
  /** Flushes, closes connections and removes every listener. */
  stop(timeoutMs?: number): Promise<void>
}

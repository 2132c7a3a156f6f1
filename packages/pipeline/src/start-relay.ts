import { AsyncLocalStorage } from 'node:async_hooks'
import { encodeLogsRequest, encodeTracesRequest, parseLogsJson, parseTracesJson } from '@clew/otlp'
import type { SignalLane } from './export/lane.ts'
import { openLanes } from './export/lanes.ts'
import type { Endpoint, PipelineOptions, SettingNames } from './pipeline.ts'
import { Problems } from './problems.ts'
import type { Signal } from './records/batch.ts'
import { WriterPool } from './records/chunk.ts'
import { countRecords } from './records/request.ts'
import { wallMs } from './timers.ts'

/** Where requests are passed on to, and what may be spent on them. */
export type RelayOptions = Pick<
  PipelineOptions,
  'maxQueueBytes' | 'spoolDirectory' | 'maxSpoolBytes' | 'runHidden' | 'report' | 'printAddress'
> & {
  /** Undefined: requests of the signal are taken and go nowhere. */
  logs?: Endpoint | undefined
  traces?: Endpoint | undefined
  /** What the messages call the settings. */
  settingNames: SettingNames
}

/**
 * - `taken`: the request is this relay's now
 * - `full`: neither memory nor disk has room; whoever sent it should come back later
 * - `invalid`: it is no OTLP
 */
export type Passed = 'taken' | 'full' | 'invalid'

/** Counts records. `accepted`, and what ended processes left in the spool, is the sum of the others. */
export type RelayCounters = {
  /** Records taken in since the start. */
  accepted: number
  /** Records that the receiver acknowledged, also those that ended processes left. */
  delivered: number
  /** Records that the receiver refused for good. */
  rejected: number
  /** Records lost at the end, for want of a spool or of room in it. */
  dropped: number
  /** Records in memory and in the spool, also those that ended processes left. */
  waiting: number
}

/** Passes export requests on. */
export type Relay = {
  /**
   * Takes in an export request, uncompressed. Copies `bytes`: they stay the caller's. A request in protobuf goes on byte
   * for byte, one in JSON as protobuf. Never throws.
   */
  pass(signal: 'logs' | 'traces', encoding: 'protobuf' | 'json', bytes: Uint8Array): Passed
  counters(): { logs: RelayCounters; traces: RelayCounters }
  /** Resolves when everything taken in so far is acknowledged, refused, spooled, or the time is over. Never rejects. */
  flush(timeoutMs?: number): Promise<void>
  /** Flushes until the receiver fails or the time is over; the rest stays in the spool. Closes all connections. */
  stop(timeoutMs?: number): Promise<void>
}

/**
 * Starts to pass export requests on, each as one request. With a spool a request lies on disk before `pass` returns, so
 * that the next relay sends what this one had not when its process was killed. Takes no part in the end of the process:
 * call `stop`. Never throws.
 */
export function startRelay(options: RelayOptions): Relay {
  const lanes = openLanes(
    {
      ...options,
      maxQueueBytes: options.maxQueueBytes,
      resource: {},
      destinations: [],
      journals: 'requests',
    },
    {
      ...nothingEncodedHere,
      runHidden: options.runHidden ?? AsyncLocalStorage.snapshot(),
      pool: new WriterPool(),
      problems: new Problems(options.report, wallMs, options),
      now: wallMs,
      random: Math.random,
    },
  )

  return {
    pass(signal, encoding, bytes) {
      const read = readRequest(signal, encoding, bytes)
      if (read === undefined) return 'invalid'
      const lane = lanes.of(signal)
      return lane === undefined || read.count === 0 ? 'taken' : lane.pass(read.request, read.count)
    },
    counters: () => ({ logs: countersOf(lanes.of('logs')), traces: countersOf(lanes.of('traces')) }),
    flush: lanes.flush,
    async stop(timeoutMs) {
      await lanes.drain(timeoutMs, true)
      lanes.close()
    },
  }
}

const nothingEncodedHere = {
  resource: Buffer.alloc(0),
  mirror: undefined,
  keepsSpare: false,
  scheduleDelayMs: 0,
}

/** The request in protobuf, in memory of its own, and how many records it has. */
function readRequest(
  signal: Signal,
  encoding: 'protobuf' | 'json',
  bytes: Uint8Array,
): { request: Buffer; count: number } | undefined {
  try {
    const request = encoding === 'json' ? fromJson(signal, bytes) : bytes
    const count = countRecords(request)
    return { request: Buffer.from(request), count }
  } catch {
    return undefined
  }
}

function fromJson(signal: Signal, bytes: Uint8Array): Buffer {
  return signal === 'logs'
    ? encodeLogsRequest(parseLogsJson(bytes))
    : encodeTracesRequest(parseTracesJson(bytes))
}

function countersOf(lane: SignalLane | undefined): RelayCounters {
  if (lane === undefined) return { accepted: 0, delivered: 0, rejected: 0, dropped: 0, waiting: 0 }
  const { counters, replayRejected } = lane.queue
  const { accepted, delivered, rejected, dropped, spooled, replayed } = counters
  const inMemory = accepted - delivered - rejected - dropped - spooled
  return {
    accepted,
    delivered: delivered + replayed,
    rejected: rejected + replayRejected,
    dropped,
    waiting: inMemory + (lane.spool?.waitingRecords() ?? 0),
  }
}

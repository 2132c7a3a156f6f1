import { AsyncLocalStorage } from 'node:async_hooks'
import { encodeLogsRequest, encodeTracesRequest, parseLogsJson, parseTracesJson } from '@clew/otlp'
import type { Signal } from './batch.ts'
import { WriterPool } from './chunk.ts'
import { defaultFlushMs, openLanes, startHeartbeat, within } from './lanes.ts'
import { createMemoryBudget, defaultQueueBytes } from './memory-budget.ts'
import { Problems } from './problems.ts'
import type { Relay, RelayCounters, RelayOptions } from './relay.ts'
import { countRecords } from './request/records.ts'
import type { SignalLane } from './signal-lane.ts'

/**
 * Starts to pass export requests on, each as one request. With a spool a request lies on disk before `pass` returns, so
 * that the next relay sends what this one had not when its process was killed. Takes no part in the end of the process:
 * call `stop`. Never throws.
 */
export function startRelay(options: RelayOptions): Relay {
  const runHidden = options.runHidden ?? AsyncLocalStorage.snapshot()
  const lanes = openLanes(
    { ...options, journals: true },
    {
      ...nothingEncodedHere,
      ...{ runHidden, now: Date.now, random: Math.random },
      budget: createMemoryBudget(options.maxQueueBytes ?? defaultQueueBytes),
      pool: new WriterPool(),
      problems: new Problems(options.report, Date.now, options.settingNames),
    },
  )
  const laneOf = (signal: Signal): SignalLane | undefined => lanes.find((lane) => lane.signal === signal)
  const heartbeat = startHeartbeat(lanes, runHidden)

  return {
    pass(signal, encoding, bytes) {
      const read = readRequest(signal, encoding, bytes)
      if (read === undefined) return 'invalid'
      const lane = laneOf(signal)
      if (lane === undefined || read.count === 0) return 'taken'
      return lane.pass(read.request, read.count) ? 'taken' : 'full'
    },
    counters: () => ({ logs: countersOf(laneOf('logs')), traces: countersOf(laneOf('traces')) }),
    flush: (timeoutMs = defaultFlushMs) =>
      within(
        timeoutMs,
        lanes.map(({ loop }) => loop.settled()),
      ),
    async stop(timeoutMs = defaultFlushMs) {
      await within(
        timeoutMs,
        lanes.flatMap(({ loop }) => [loop.settled(true), loop.leaveSpool()]),
      )
      clearInterval(heartbeat)
      for (const lane of lanes) lane.close()
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

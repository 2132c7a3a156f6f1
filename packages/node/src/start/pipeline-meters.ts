import type { Meter } from '@clew/core'
import type { Pipeline, SignalCounters } from '@clew/pipeline'

type Counted = Pick<Pipeline, 'counters' | 'waitingBytes'>

/** What a pipeline counts, as meters: of log records by `log_…`, of spans by `span_…`. */
export function pipelineMeters(pipeline: Counted): Meter[] {
  return [
    ...signalMeters('log', 'log records', () => pipeline.counters().logs),
    ...signalMeters('span', 'spans', () => pipeline.counters().traces),
    gauge('clew_queue_bytes', 'Encoded records and spans in memory.', () => pipeline.waitingBytes().memory),
    gauge(
      'clew_queue_max_bytes',
      'What may wait in memory, CLEW_MAX_QUEUE_BYTES.',
      () => pipeline.waitingBytes().maxMemory,
    ),
    gauge('clew_spool_bytes', 'Records and spans on disk.', () => pipeline.waitingBytes().spool),
    gauge(
      'clew_spool_max_bytes',
      'What each signal may keep on disk, CLEW_MAX_SPOOL_BYTES; 0 without a spool.',
      () => pipeline.waitingBytes().maxSpool,
    ),
  ]
}

function signalMeters(prefix: string, what: string, read: () => SignalCounters): Meter[] {
  return [
    counter(`${prefix}_accepted_total`, `Taken in: ${what}.`, () => read().accepted),
    counter(`${prefix}_delivered_total`, `Acknowledged by a receiver: ${what}.`, () => read().delivered),
    counter(`${prefix}_spooled_total`, `Written to the spool: ${what}.`, () => read().spooled),
    counter(
      `${prefix}_replayed_total`,
      `Acknowledged out of the spool, also those of ended processes: ${what}.`,
      () => read().replayed,
    ),
    {
      name: `${prefix}_dropped_total`,
      kind: 'counter',
      help: `Lost, for want of room on our side or refused by the receiver: ${what}.`,
      labels: ['reason'],
      read: () => {
        const { dropped, rejected } = read()
        return [
          { labels: { reason: 'no_room' }, value: dropped },
          { labels: { reason: 'refused' }, value: rejected },
        ]
      },
    },
    gauge(`${prefix}_queue_records`, `Waiting in memory: ${what}.`, () => inMemory(read())),
  ]
}

function inMemory({ accepted, delivered, rejected, dropped, spooled }: SignalCounters): number {
  return accepted - delivered - rejected - dropped - spooled
}

function counter(name: string, help: string, read: () => number): Meter {
  return { name, kind: 'counter', help, labels: [], read: () => [{ labels: {}, value: read() }] }
}

function gauge(name: string, help: string, read: () => number): Meter {
  return { ...counter(name, help, read), kind: 'gauge' }
}

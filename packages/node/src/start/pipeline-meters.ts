import type { Meter } from '@clew/core'
import type { Pipeline, SignalCounters } from '@clew/pipeline'

type Counted = Pick<Pipeline, 'counters' | 'waitingBytes'>

/** What a pipeline counts, as meters: of log records by `log_…`, of spans by `span_…`. */
export function pipelineMeters(pipeline: Counted): Meter[] {
  return [
    ...signalMeters('log', 'log records', () => logsByDestination(pipeline)),
    ...signalMeters('span', 'spans', () => [[otlp, pipeline.counters().traces]]),
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

/** What the OTLP receiver is called among the destinations. */
const otlp = 'otlp'

type ByDestination = readonly (readonly [destination: string, counters: SignalCounters])[]

function logsByDestination(pipeline: Counted): ByDestination {
  const { logs, traces: _, ...others } = pipeline.counters()
  return [[otlp, logs], ...Object.entries(others)]
}

function signalMeters(prefix: string, what: string, read: () => ByDestination): Meter[] {
  const labels = ['destination']
  const counter = (name: string, help: string, count: (counters: SignalCounters) => number): Meter => ({
    ...{ name: `${prefix}_${name}`, kind: 'counter', help: `${help}: ${what}.`, labels },
    read: () => read().map(([destination, one]) => ({ labels: { destination }, value: count(one) })),
  })
  return [
    counter('accepted_total', 'Taken in', ({ accepted }) => accepted),
    counter('delivered_total', 'Acknowledged by a receiver', ({ delivered }) => delivered),
    counter('spooled_total', 'Written to the spool', ({ spooled }) => spooled),
    counter(
      'replayed_total',
      'Acknowledged out of the spool, also those of ended processes',
      ({ replayed }) => replayed,
    ),
    {
      ...{ name: `${prefix}_dropped_total`, kind: 'counter', labels: [...labels, 'reason'] },
      help: `Lost, for want of room on our side, refused by the receiver, or too old in the spool: ${what}.`,
      read: () =>
        read().flatMap(([destination, { dropped, rejected, expired }]) => [
          { labels: { destination, reason: 'no_room' }, value: dropped },
          { labels: { destination, reason: 'refused' }, value: rejected },
          { labels: { destination, reason: 'too_old' }, value: expired },
        ]),
    },
    { ...counter('queue_records', 'Waiting in memory', inMemory), kind: 'gauge' },
  ]
}

function inMemory({ accepted, delivered, rejected, dropped, spooled }: SignalCounters): number {
  return accepted - delivered - rejected - dropped - spooled
}

function gauge(name: string, help: string, read: () => number): Meter {
  return { name, kind: 'gauge', help, labels: [], read: () => [{ labels: {}, value: read() }] }
}

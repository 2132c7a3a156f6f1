import type { LaneStatus } from '../pipeline.ts'
import type { SignalLane } from './lane.ts'

/** How a lane does; looks at no disk. */
export function statusOf({
  name,
  signal,
  shownAs,
  sender,
  queue,
  loop,
  spool,
  health,
}: SignalLane): LaneStatus {
  const { counters, replayRejected } = queue
  const { accepted, delivered, rejected, dropped, spooled } = counters
  const { begun, failed, durations } = loop.operations
  const inflight = loop.operations.inflight()
  const { wire, receiver } = sender
  return {
    ...{ name, signal },
    to: shownAs ?? new URL(receiver.url).origin,
    otlp: wire && { protocol: wire.target.protocol, host: wire.target.hostname, port: wire.target.port },
    counters: { ...counters },
    ...{ replayRejected, begun, failed: { ...failed }, durations: { ...durations } },
    inflight: inflight.all,
    waiting: accepted - delivered - rejected - dropped - spooled - inflight.own,
    spool: spool && { bytes: spool.bytes, maxBytes: spool.maxBytes, look: () => spool.look() },
    failing: health.failing(),
  }
}

import type { MetricsOptions } from '../pipeline.ts'
import { countRecords } from '../records/request.ts'
import { clearInterval, setInterval } from '../timers.ts'
import type { SignalLane } from './lane.ts'
import { within } from './lanes.ts'

/** Metrics of this process on their way to an OTLP receiver, as requests that are made when it is time for them. */
export type MetricsWay = {
  readonly lane: SignalLane
  /** Collects and begins to send; `onlyNews`: if something has changed since the last time. */
  collect(onlyNews: boolean): void
  /** Collects and sends for the last time. Resolves when the receiver has it or is away, or the time is over. */
  finish(timeoutMs?: number): Promise<void>
  close(): void
}

/** Each collection has all of what the one before had: while that is on its way, or the receiver is away, none is made. */
export function startMetricsWay(
  lane: SignalLane,
  { intervalMs, collect }: MetricsOptions,
  runHidden: <T>(work: () => T) => T,
): MetricsWay {
  const send = (onlyNews: boolean): void => {
    if (lane.loop.isFailing() || (!onlyNews && lane.loop.holdsRecords())) return
    const request = collect(onlyNews)
    if (request !== undefined) lane.pass(request, countRecords(request))
  }
  const timer = runHidden(() => setInterval(() => send(false), intervalMs).unref())
  return {
    lane,
    collect: send,
    finish(timeoutMs) {
      clearInterval(timer)
      send(true)
      return within(timeoutMs, [lane.loop.settled(true)])
    },
    close: () => lane.close(),
  }
}

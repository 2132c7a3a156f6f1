import type { SignalLane } from '../export/lane.ts'
import type { MetricsWay } from '../export/metrics-way.ts'
import type { PipelineOptions } from '../pipeline.ts'
import type { EndMember, RemainingMs } from './end.ts'
import { chooseLastWay, flushSync } from './flush-sync.ts'

/** How long a process that has nothing of its own left waits for the spool of another, while answers come. */
const spoolWaitMs = 500

/** What the lanes of one pipeline do when the process ends. `takeFromThreads` brings in what worker threads hold. */
export function createEndMember(
  lanes: readonly SignalLane[],
  metrics: MetricsWay | undefined,
  options: PipelineOptions,
  takeFromThreads: () => void,
): EndMember {
  const mode = options.exit === 'spool' ? 'spool' : 'flush'
  const replayed = (): number => lanes.reduce((sum, { queue }) => sum + queue.counters.replayed, 0)
  let replayedBefore = -1

  const sendable = (some: readonly SignalLane[]): SignalLane[] =>
    some.filter(
      (lane) =>
        !lane.sender.sendsAtOnce && lane.loop.holdsRecords() && chooseLastWay(lane, mode).to === 'receiver',
    )
  // Metrics last: they tell what became of the records.
  const unsent = (): SignalLane[] => {
    const records = sendable(lanes)
    if (records.length > 0 || metrics === undefined || mode === 'spool' || metrics.lane.loop.isFailing())
      return records
    metrics.collect(true)
    return sendable([metrics.lane])
  }
  const spooled = (): SignalLane[] =>
    lanes.filter((lane) => mode === 'flush' && lane.hasOnDisk() && !lane.loop.isFailing())

  return {
    signals: options.signals ?? true,
    waitMs() {
      if (unsent().length > 0) return Number.POSITIVE_INFINITY
      return spooled().length > 0 && replayed() > replayedBefore ? spoolWaitMs : 0
    },
    async send() {
      const own = unsent()
      if (own.length > 0) await Promise.all(own.map(({ loop }) => loop.settled(true)))
      else {
        replayedBefore = replayed()
        await Promise.all(spooled().map(({ loop }) => loop.spoolSent()))
      }
    },
    flushSync(remainingMs, death) {
      takeFromThreads()
      if (death !== undefined) options.beforeDeath?.(death.exitCode)
      flushSync(lanes, mode, remainingMs)
      if (death !== undefined) for (const lane of lanes) lane.leaveDisk()
      if (metrics !== undefined) finishMetrics(metrics, mode, remainingMs)
    },
  }
}

/** A receiver that is away is worth no time. */
function finishMetrics(
  { lane, collect }: MetricsWay,
  mode: 'flush' | 'spool',
  remainingMs: RemainingMs,
): void {
  const why = mode === 'spool' ? 'exit is "spool"' : lane.loop.whyAway()
  if (why === undefined) {
    collect(true)
    flushSync([lane], mode, remainingMs)
  } else {
    lane.keep(lane.loop.takeBack(), why)
    lane.sayLosses()
  }
}

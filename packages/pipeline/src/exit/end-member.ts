import type { SignalLane } from '../export/lane.ts'
import type { PipelineOptions } from '../pipeline.ts'
import type { EndMember } from './end.ts'
import { chooseLastWay, flushSync } from './flush-sync.ts'

/** How long a process that has nothing of its own left waits for the spool of another, while answers come. */
const spoolWaitMs = 500

/** What the lanes of one pipeline do when the process ends. `takeFromThreads` brings in what worker threads hold. */
export function createEndMember(
  lanes: readonly SignalLane[],
  options: PipelineOptions,
  takeFromThreads: () => void,
): EndMember {
  const mode = options.exit === 'spool' ? 'spool' : 'flush'
  const replayed = (): number => lanes.reduce((sum, { queue }) => sum + queue.counters.replayed, 0)
  let replayedBefore = -1

  const unsent = (): SignalLane[] =>
    lanes.filter(
      (lane) =>
        !lane.sender.sendsAtOnce && lane.loop.holdsRecords() && chooseLastWay(lane, mode).to === 'receiver',
    )
  const spooled = (): SignalLane[] =>
    lanes.filter(({ loop, spool }) => mode === 'flush' && spool?.hasRecords() === true && !loop.isFailing())

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
    },
  }
}

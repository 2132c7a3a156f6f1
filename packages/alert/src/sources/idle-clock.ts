import { idleMs, type Sink } from './source.ts'

/** Lets time pass in a partition that is silent. */
export type IdleClock = { came(): void; stop(): Promise<void> }

/** A clock that is set right by a time service goes back by less. */
const wentBackMs = 60_000

/** Once a second, when nothing came for two; `now` is unix milliseconds. */
export function startIdleClock(sink: Sink, partition: string, now: () => number): IdleClock {
  let cameMs = now()
  let lastMs = cameMs
  let passing: Promise<unknown> = Promise.resolve()
  let isPassing = false
  const tick = async (): Promise<void> => {
    const ms = now()
    // Then all that comes would be late for a clock of the future.
    const wentBack = ms < lastMs - wentBackMs
    lastMs = ms
    cameMs = Math.min(cameMs, ms)
    if (isPassing || (!wentBack && ms - cameMs < idleMs)) return
    isPassing = true
    // What is told of a partition that was lost is told again.
    const taken = await sink.pass(partition, ms - idleMs).catch(() => 'done')
    if (taken === 'again') await sink.assign(partition).catch(() => {})
    isPassing = false
  }
  const timer = setInterval(() => {
    passing = tick()
  }, 1_000)
  return {
    came: () => {
      cameMs = now()
    },
    stop: async () => {
      clearInterval(timer)
      await passing
    },
  }
}

/** Takes a batch of a source that cannot give it again from an offset. */
export async function takeAnyway(sink: Sink, batch: Parameters<Sink['take']>[0]): Promise<void> {
  while ((await sink.take(batch)) === 'again') await sink.assign(batch.partition)
}

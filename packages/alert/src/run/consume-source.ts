import { createReportLimit } from '@clew/otlp'
import type { Rule } from '../rules/rule.ts'
import type { Sink, Source, Taken } from '../sources/source.ts'
import { StateLostError } from '../store/store.ts'
import type { Runner } from './runner.ts'

/** What is read, and who judges it. */
export type ConsumeOptions = {
  source: Source
  /** What judges. */
  runner: Pick<Runner, 'take' | 'pass' | 'assign' | 'revoke' | 'positionOf'>
  rules: readonly Rule[]
  /** One line for the operator. */
  report: (message: string) => void
  /** Milliseconds that never go back. */
  now: () => number
}

/** What is read is judged, until it is closed. */
export type Consumption = {
  /** Resolves at the end of the source; rejects when it cannot go on. */
  ended: Promise<void>
  /** Reads no more. Resolves when what is being judged is stored, or the store cannot be reached. */
  close(): Promise<void>
}

/**
 * Reads a source and judges what comes, one batch after the other. While the store cannot be reached it waits and tries again, and
 * nothing more is read; when the state is gone, all partitions are read again as far back as windows look.
 */
export function consumeSource(options: ConsumeOptions): Consumption {
  const { source, report, now } = options
  const insisting = createInsistence(report, now)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn: InTurn = (does) => {
    const result = last.then(() => insisting.until(does))
    last = result.catch(() => {})
    return result
  }
  return {
    ended: source.run(sinkOf(options, inTurn)),
    async close() {
      insisting.giveUp()
      await source.close()
      await last
    },
  }
}

type InTurn = <T>(does: () => Promise<T>) => Promise<T>

/** Each time the state is lost another generation of partitions begins; those of the one before are told when they come next. */
function sinkOf({ runner, rules, report }: ConsumeOptions, inTurn: InTurn): Sink {
  const generations = new Map<string, number>()
  let generation = 0
  const inGeneration = (partition: string, does: () => Promise<unknown>) =>
    inTurn(async (): Promise<Taken> => {
      if (generations.get(partition) !== generation) return 'again'
      try {
        return (await does()) === 'elsewhere' ? 'again' : 'done'
      } catch (error) {
        if (!(error instanceof StateLostError)) throw error
        generation++
        report(
          'the state of the alerts is gone: what windows need is read again, and alerts may be told twice',
        )
        return 'again'
      }
    })
  return {
    reachMs: reachOf(rules),
    wantsSpans: rules.some(({ type }) => type === 'early'),
    know: (partitions) => {
      for (const partition of partitions) if (!generations.has(partition)) runner.assign(partition)
    },
    assign: (partition) =>
      inTurn(async () => {
        runner.assign(partition)
        try {
          return await runner.positionOf(partition)
        } catch (error) {
          if (error instanceof StateLostError) generation++
          throw error
        } finally {
          generations.set(partition, generation)
        }
      }),
    revoke: (partition) =>
      inTurn(async () => {
        generations.delete(partition)
        runner.revoke(partition)
      }),
    take: (batch) => inGeneration(batch.partition, () => runner.take(batch)),
    pass: (partition, clockMs) => inGeneration(partition, () => runner.pass(partition, clockMs)),
  }
}

/** The most that one of the rules looks back, with how late records may be, in milliseconds: a minute at least and a day at most. */
export function reachOf(rules: readonly Rule[]): number {
  // A new term is one that was not seen for weeks: reading all of that again is not worth it.
  const dayMs = 24 * 60 * 60_000
  const reaches = rules.map(({ windowMs, lateMs, type }) => lateMs + windowMs * (type === 'spike' ? 2 : 1))
  return Math.min(dayMs, Math.max(60_000, ...reaches))
}

/** Tries again and again what fails because the store is away, slower with time. */
function createInsistence(
  report: (message: string) => void,
  now: () => number,
): { until<T>(does: () => Promise<T>): Promise<T>; giveUp(): void } {
  const limit = createReportLimit(now)
  let givesUp = false
  return {
    giveUp: () => {
      givesUp = true
    },
    async until(does) {
      for (let waitMs = 100; ; waitMs = Math.min(5_000, waitMs * 2)) {
        try {
          const result = await does()
          limit.forget('away')
          return result
        } catch (error) {
          if (givesUp) throw error
          const reason = error instanceof Error ? error.message : String(error)
          if (limit.withheld('away') !== undefined)
            report(`the state of the alerts cannot be reached (${reason}); nothing more is read until it can`)
          await new Promise((resolve) => setTimeout(resolve, waitMs))
        }
      }
    },
  }
}

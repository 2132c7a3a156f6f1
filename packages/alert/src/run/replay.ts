import type { Alert, Decision, DecisionReason } from '../alert.ts'
import { createEngine } from '../engine/engine.ts'
import type { AlertRecord } from '../engine/record.ts'
import type { Rule } from '../rules/rule.ts'
import { idleMs } from '../sources/source.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { AlertStore } from '../store/store.ts'
import { believeTimes } from './believe-times.ts'
import { createRunner } from './runner.ts'

/** What rules would have told of records, and why. */
export type Replay = {
  alerts: Alert[]
  /** The last thousand. */
  decisions: Decision[]
  counts: Map<string, Map<DecisionReason, number>>
  records: number
  /** Of the oldest and newest record, in unix milliseconds. */
  fromMs: number
  toMs: number
  /** Records whose time is none or cannot be: they count from when those beside them came. */
  misdated: number
}

/** Records that came together, and when, in unix milliseconds. */
export type Arrival = { records: readonly AlertRecord[]; arrivedUnixMs: number }

const partition = 'replay'

/**
 * Runs rules over records that are there already, in the order given: the same alerts with the same ids as if they had come
 * live, each when it was made. Time ends with the newest record. Live caps a clock that is ahead by when the record came; of a file
 * nobody knows that, so the records beside it tell, and `nowMs`, unix milliseconds, after which nothing can have been written.
 */
export async function replayRecords(
  rules: readonly Rule[],
  batches: AsyncIterable<readonly AlertRecord[]>,
  nowMs: number = Number.POSITIVE_INFINITY,
): Promise<Replay> {
  const { store, runner, replay } = begin(rules, 0)
  for await (const { records, misdated } of believeTimes(batches, nowMs)) {
    await runner.take({ partition, records })
    note(replay, records)
    replay.misdated += misdated
  }
  return end(store, replay)
}

/**
 * Runs rules over records of which is known when they came, as a desk knows it: the alerts of live with their ids, those of records
 * that came late as well. `fromMs` to `toMs`, unix milliseconds, is what is told; records from before fill the windows. Time goes on to
 * `toMs`.
 */
export async function replayArrivals(
  rules: readonly Rule[],
  arrivals: AsyncIterable<Arrival>,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Replay> {
  const { store, runner, replay } = begin(rules, fromMs)
  let before: Replay['counts'] | undefined
  let hasBegun = false
  const untilFrom = async (): Promise<Replay['counts']> => {
    if (hasBegun) await runner.pass(partition, fromMs - idleMs)
    return structuredClone((await store.explain(0)).counts)
  }
  for await (const { records, arrivedUnixMs } of arrivals) {
    if (arrivedUnixMs >= fromMs) before ??= await untilFrom()
    hasBegun = true
    const clockMs = arrivedUnixMs - idleMs
    await runner.take({ partition, records, clocks: records.map(() => clockMs) })
    if (arrivedUnixMs >= fromMs) note(replay, records)
  }
  before ??= await untilFrom()
  if (Number.isFinite(toMs)) await runner.pass(partition, toMs - idleMs)
  const { counts, decisions, ...rest } = await end(store, replay)
  return {
    ...rest,
    decisions: decisions.filter(({ unixMs }) => unixMs >= fromMs),
    counts: countsSince(before, counts),
  }
}

type Noted = Omit<Replay, 'decisions' | 'counts'>

function begin(rules: readonly Rule[], fromMs: number) {
  const store = createMemoryStore(() => 0)
  const replay: Noted = { alerts: [], records: 0, fromMs: Number.POSITIVE_INFINITY, toMs: 0, misdated: 0 }
  const runner = createRunner(createEngine(rules, 0, 'each'), store, (alert) => {
    if (alert.atUnixMs >= fromMs) replay.alerts.push(alert)
  })
  return { store, runner, replay }
}

function note(replay: Noted, records: readonly AlertRecord[]): void {
  replay.records += records.length
  for (const { unixMs } of records) {
    replay.fromMs = Math.min(replay.fromMs, unixMs)
    replay.toMs = Math.max(replay.toMs, unixMs)
  }
}

async function end(store: AlertStore, replay: Noted): Promise<Replay> {
  const { decisions, counts } = await store.explain(1000)
  await store.close()
  return { decisions: decisions.toReversed(), counts, ...replay }
}

function countsSince(before: Replay['counts'], counts: Replay['counts']): Replay['counts'] {
  const since = [...counts].map(([rule, reasons]): [string, Map<DecisionReason, number>] => [
    rule,
    new Map(
      [...reasons].flatMap(([reason, count]) => {
        const more = count - (before.get(rule)?.get(reason) ?? 0)
        return more > 0 ? [[reason, more]] : []
      }),
    ),
  ])
  return new Map(since.filter(([, reasons]) => reasons.size > 0))
}

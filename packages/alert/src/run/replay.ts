import type { Alert, Decision, DecisionReason } from '../alert.ts'
import { createEngine } from '../engine/engine.ts'
import type { AlertRecord } from '../engine/record.ts'
import type { Rule } from '../rules/rule.ts'
import { createMemoryStore } from '../store/memory-store.ts'
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
}

/**
 * Runs rules over records that are there already, in the order given: the same alerts with the same ids as if they had come
 * live. Time ends with the newest record.
 */
export async function replayRecords(
  rules: readonly Rule[],
  batches: AsyncIterable<readonly AlertRecord[]>,
): Promise<Replay> {
  const store = createMemoryStore(() => 0)
  const alerts: Alert[] = []
  const runner = createRunner(createEngine(rules), store, (alert) => void alerts.push(alert))
  const replay = { records: 0, fromMs: Number.POSITIVE_INFINITY, toMs: 0 }
  for await (const records of batches) {
    await runner.take({ partition: 'replay', records })
    replay.records += records.length
    for (const { unixMs } of records) {
      replay.fromMs = Math.min(replay.fromMs, unixMs)
      replay.toMs = Math.max(replay.toMs, unixMs)
    }
  }
  const { decisions, counts } = await store.explain(1000)
  await store.close()
  return { alerts, decisions: decisions.toReversed(), counts, ...replay }
}

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startRedis } from '../../scripts/services.ts'
import { type Child, startChild } from '../measure/child.ts'
import { median } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const processCounts = [1, 4] as const
const groups = 20

type Judged = { judged: number; takesMs: number[] }
type Sample = { perSecond: number; p99Ms: number }

/** Records that a rule wants, by processes that share its windows in one Redis. */
export const alertRedis: Row = {
  name: 'alert-redis',
  about: 'matching records judged by 1 and by 4 processes over one Redis, 20 groups that all of them share',
  rounds: 5,
  results: processCounts.map((count) => `alert-redis-${count}`),
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const results: Result[] = []
  for (const count of processCounts) {
    const samples: Sample[] = []
    for (let round = 0; round < rounds; round++) {
      say(`${count} processes, round ${round + 1} of ${rounds}`)
      samples.push(await sample(count, quick ? 500 : 5_000))
    }
    const p99Ms = median(samples.map((one) => one.p99Ms))
    results.push(
      toResult({
        name: `alert-redis-${count}`,
        unit: 'records per second',
        figures: { clew: median(samples.map(({ perSecond }) => perSecond)) },
        goals: [{ figure: 'ours', atLeast: 50_000 }],
        against: 'plain',
        notes: [`a batch of 500 takes ${p99Ms.toFixed(0)} ms at the 99th percentile`],
      }),
    )
  }
  return results
}

async function sample(processes: number, durationMs: number): Promise<Sample> {
  const redis = await startRedis()
  const children: Child[] = []
  // Of a Redis by URL others' keys stay as they are.
  const prefix = `benchmark-${randomUUID()}`
  try {
    for (let own = 0; own < processes; own++) {
      const file = join(import.meta.dirname, '../alert/judge.ts')
      const args = [String(own), String(groups), String(durationMs), prefix]
      children.push(startChild({ file, args, env: { REDIS_URL: redis.url } }))
    }
    await Promise.all(children.map((child) => child.next()))
    const answers = await Promise.all(children.map((child) => child.ask<Judged>({})))
    const judged = answers.reduce((sum, one) => sum + one.judged, 0)
    const takesMs = answers.flatMap((one) => one.takesMs).toSorted((a, b) => a - b)
    return { perSecond: (judged / durationMs) * 1000, p99Ms: takesMs[Math.floor(takesMs.length * 0.99)]! }
  } finally {
    for (const child of children) await child.stop()
    await redis.stop()
  }
}

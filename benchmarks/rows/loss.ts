import { setTimeout as delay } from 'node:timers/promises'
import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { type Sink, startSink } from '../measure/sink.ts'
import type { Behaviour } from '../sink/protocol.ts'
import type { SystemName } from '../systems.ts'

const systems = ['clew', 'auto-instrumentations'] as const satisfies SystemName[]
const mib = 2 ** 20

type Case = {
  name: string
  /** Arguments of apps/winston/loss.cjs. */
  args(scale: number): (string | number)[]
  /** How the receiver behaves, from the application's first record on. */
  receiver(sink: Sink, scale: number): Promise<void>
  watchesMemory: boolean
}
type Sample = { lost: number; growth: number; problems: string[] }

const cases: readonly Case[] = [
  {
    name: 'loss-loop',
    args: (scale) => ['loop', 20_000 * scale],
    receiver: async () => {},
    watchesMemory: false,
  },
  {
    name: 'loss-burst',
    args: (scale) => ['burst', 1_000_000 * scale],
    receiver: async () => {},
    watchesMemory: false,
  },
  {
    name: 'loss-slow-receiver',
    args: (scale) => ['paced', 120_000 * scale, 40_000],
    receiver: (sink) => sink.become({ kind: 'accept', delayMs: 20 }),
    watchesMemory: false,
  },
  outage('loss-outage-stall', { kind: 'stall' }),
  outage('loss-outage-503', { kind: 'unavailable' }),
  outage('loss-outage-refused', { kind: 'refuse' }),
]

/** 40 seconds at 1,000 records a second, of which the receiver is away from second 5 to second 35. */
function outage(name: string, away: Behaviour): Case {
  const beforeMs = (scale: number): number => 5000 * scale
  const awayMs = (scale: number): number => 30_000 * scale
  // Not scaled: who waits before trying again does not wait less in a quick run.
  const afterMs = 5000
  return {
    name,
    args: (scale) => ['paced', beforeMs(scale) + awayMs(scale) + afterMs, 1000, beforeMs(scale)],
    async receiver(sink, scale) {
      await delay(beforeMs(scale))
      await sink.become(away)
      await delay(awayMs(scale))
      await sink.become({ kind: 'accept' })
    },
    watchesMemory: true,
  }
}

export const loss: Row = {
  name: 'loss',
  about: 'records lost in a loop, a burst, with a slow receiver and with one that is away for 30 s',
  rounds: 1,
  results: cases.flatMap(({ name, watchesMemory }) => (watchesMemory ? [name, `${name}-memory`] : [name])),
  run,
}

async function run(options: RunOptions): Promise<Result[]> {
  const results: Result[] = []
  for (const one of cases.filter(({ watchesMemory }) => !watchesMemory)) {
    results.push(...(await runCase(one, options)))
  }
  // These mostly wait, so all of them wait at once.
  const outages = cases.filter(({ watchesMemory }) => watchesMemory)
  const ofOutages = await Promise.all(outages.map((one) => runCase(one, options)))
  return [...results, ...ofOutages.flat()]
}

async function runCase(one: Case, { rounds, quick, say }: RunOptions): Promise<Result[]> {
  const samples = await interleave(
    systems,
    rounds,
    (text) => say(`${one.name}, ${text}`),
    (system) => sample(one, system, quick ? 0.1 : 1),
  )
  const problems = Object.values(samples).flatMap((list) => list.flatMap((each) => each.problems))
  const result = (name: string, unit: string, figure: (sample: Sample) => number, atMost: number): Result => {
    const goals: Goal[] = [{ figure: 'ours', atMost }]
    return toResult({ name, unit, figures: medians(samples, figure), goals, against: 'plain', problems })
  }
  const lost = result(one.name, '% of records lost', (each) => each.lost, 0)
  if (!one.watchesMemory) return [lost]
  return [lost, result(`${one.name}-memory`, 'MiB by which memory grew', (each) => each.growth, 64)]
}

async function sample(one: Case, system: SystemName, scale: number): Promise<Sample> {
  const sink = await startSink()
  const application = await startApplication({
    system,
    file: 'winston/loss.cjs',
    args: one.args(scale),
    // All that auto-instrumentations needs here; less to load leaves it more memory.
    env: { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'winston' },
    sink,
  })
  try {
    await application.next()
    const [{ written, rssGrowth }] = await Promise.all([
      application.next<{ written: number; rssGrowth: number }>(),
      one.receiver(sink, scale),
    ])
    const { code } = await application.ended
    const { distinctLogs } = await sink.counts()
    const works = code === 0 && distinctLogs > 0
    const problem = `${system} ended with ${code}, ${distinctLogs} of ${written} arrived: ${application.stderr()}`
    const problems = works ? [] : [problem]
    return { lost: (100 * (written - distinctLogs)) / written, growth: rssGrowth / mib, problems }
  } finally {
    await application.stop()
    await sink.stop()
  }
}

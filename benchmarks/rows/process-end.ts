import { setTimeout as delay } from 'node:timers/promises'
import { startApplication } from '../measure/application.ts'
import type { Ending } from '../measure/child.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { startSink } from '../measure/sink.ts'
import type { SystemName } from '../systems.ts'

const records = 100
// A request may still be on its way through loopback when the process is gone.
const graceMs = 200
const ways = ['drain', 'exit', 'throw', 'reject', 'SIGTERM'] as const
const systems = ['bare', 'clew', 'auto-instrumentations'] as const satisfies SystemName[]

type Sample = { arrived: number; ending: string }

export const processEnd: Row = {
  name: 'process-end',
  about: `of ${records} records logged just before the end, how many arrive`,
  rounds: 3,
  results: ways.map((way) => `process-end-${way}`),
  run,
}

async function run({ rounds, say }: RunOptions): Promise<Result[]> {
  const results: Result[] = []
  for (const way of ways) {
    const sayWay = (text: string): void => say(`${way}, ${text}`)
    const samples = await interleave(systems, rounds, sayWay, (system) => sample(way, system))
    const { bare: _, ...arrived } = medians(samples, (one) => one.arrived)
    results.push(
      toResult({
        name: `process-end-${way}`,
        unit: `of ${records} records`,
        figures: arrived,
        goals: [{ figure: 'ours', atLeast: records }],
        against: 'plain',
        problems: otherEndings(samples),
      }),
    )
  }
  return results
}

async function sample(way: string, system: SystemName): Promise<Sample> {
  const sink = await startSink()
  const application = await startApplication({ system, file: 'winston/ending.cjs', args: [way], sink })
  try {
    const ending = await application.ended
    await delay(graceMs)
    const { distinctLogs } = await sink.counts()
    return { arrived: distinctLogs, ending: describeEnding(ending) }
  } finally {
    await application.stop()
    await sink.stop()
  }
}

function describeEnding({ code, signal }: Ending): string {
  return signal ?? `code ${code}`
}

/** Delivering does not count if it changes how the process ends. */
function otherEndings(samples: Readonly<Record<string, readonly Sample[]>>): string[] {
  const expected = samples.bare![0]!.ending
  const odd = samples.clew!.find(({ ending }) => ending !== expected)
  return odd ? [`clew: ended with ${odd.ending}, without it ${expected}`] : []
}

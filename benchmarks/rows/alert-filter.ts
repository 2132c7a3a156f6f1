import { join } from 'node:path'
import { startChild } from '../measure/child.ts'
import { median } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const ruleCounts = [1, 10, 50, 200] as const

type Sample = { records: number; unreadable: number; perSecond: number }

/** What an alert process does with the records that no rule wants, which are most. */
export const alertFilter: Row = {
  name: 'alert-filter',
  about: '1, 10, 50 and 200 alert rules asked about each record of OTLP requests, reading them included',
  rounds: 5,
  results: ruleCounts.map((count) => `alert-filter-${count}`),
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const results: Result[] = []
  for (const count of ruleCounts) {
    const samples: Sample[] = []
    for (let round = 0; round < rounds; round++) {
      say(`${count} rules, round ${round + 1} of ${rounds}`)
      samples.push(await sample(count, quick ? 5 : 50))
    }
    const unreadable = samples.reduce((sum, one) => sum + one.unreadable, 0)
    results.push(
      toResult({
        name: `alert-filter-${count}`,
        unit: 'records per CPU second',
        figures: { clew: median(samples.map(({ perSecond }) => perSecond)) },
        goals: count === 50 ? [{ figure: 'ours', atLeast: 300_000 }] : [],
        against: 'plain',
        problems: unreadable > 0 ? [`${unreadable} requests could not be read`] : [],
      }),
    )
  }
  return results
}

async function sample(rules: number, passes: number): Promise<Sample> {
  const child = startChild({
    file: join(import.meta.dirname, '../alert/filter.ts'),
    args: [String(rules), String(passes)],
  })
  try {
    return await child.next<Sample>()
  } finally {
    await child.stop()
  }
}

import { join } from 'node:path'
import type { LeadSample } from '../foresight/lead-bench.ts'
import type { Score } from '../foresight/score.ts'
import { startChild } from '../measure/child.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

/** None of them was looked at while the detectors were made. */
const seeds = [101, 102, 103]

/** Faults that announce themselves, in weeks that were made up: who tells of them before they come. */
export const foresight: Row = {
  name: 'foresight',
  about: 'early warnings in weeks of 20 services with six kinds of faults and deploys, beside rules',
  rounds: 1,
  results: ['foresight-recall', 'foresight-lead', 'foresight-false', 'foresight-precision'],
  run,
}

async function run({ quick, say }: RunOptions): Promise<Result[]> {
  const samples = await sample(quick ? ['1', '4', '3'] : [seeds.join(), '20', '7'])
  for (const { seed, note } of samples) say(`seed ${seed}: ${note}`)
  const problems = samples.flatMap(({ seed, isSameAfterRestart }) =>
    isSameAfterRestart ? [] : [`seed ${seed}: a detector that was saved and loaded warned otherwise`],
  )
  const notes = [`seeds ${samples.map(({ seed }) => seed).join(', ')}; the worst of them`]
  const result = (name: string, unit: string, of: keyof Score & string, goal?: Goal): Result => {
    const isWorstLeast = goal === undefined || 'atLeast' in goal
    const worst = (system: string): number => {
      const figures = samples.map(({ scores }) => Number(new Map(scores).get(system)![of]))
      return isWorstLeast ? Math.min(...figures) : Math.max(...figures)
    }
    const figures = Object.fromEntries(samples[0]!.scores.map(([system]) => [system, worst(system)]))
    return toResult({ name, unit, figures, goals: goal ? [goal] : [], against: 'plain', problems, notes })
  }
  return [
    result('foresight-recall', 'share of faults', 'recall', { figure: 'ours', atLeast: 0.9 }),
    result('foresight-lead', 'median minutes', 'medianLeadMinutes', { figure: 'ours', atLeast: 8 }),
    result('foresight-false', 'a service and day', 'falsePerServiceDay', { figure: 'ours', atMost: 1 }),
    result('foresight-precision', 'share of warnings', 'precision'),
  ]
}

async function sample([of, services, days]: readonly string[]): Promise<LeadSample[]> {
  const child = startChild({
    file: join(import.meta.dirname, '../foresight/lead-bench.ts'),
    args: ['--seeds', of!, '--services', services!, '--days', days!],
  })
  try {
    return await child.next<LeadSample[]>()
  } finally {
    await child.stop()
  }
}

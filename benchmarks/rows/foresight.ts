import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LeadSample } from '../foresight/lead-bench.ts'
import type { NabSample } from '../foresight/nab.ts'
import type { Score } from '../foresight/score.ts'
import { startChild } from '../measure/child.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

/** None of them was looked at while the detectors were made. */
const seeds = [101, 102, 103]
/** Not ours to ship. */
const nab = join(import.meta.dirname, '../../../shared/data/nab')

/** Faults that announce themselves, in weeks that were made up: who tells of them before they come. And NAB. */
export const foresight: Row = {
  name: 'foresight',
  about:
    'early warnings in weeks of 20 services with seven kinds of faults and deploys, beside rules; the series of NAB in ../shared/data/nab; CPU of a record',
  rounds: 1,
  results: [
    'foresight-recall',
    'foresight-lead',
    'foresight-false',
    'foresight-precision',
    'foresight-once',
    'foresight-restart',
    'foresight-cost',
    'foresight-nab',
  ],
  run,
}

async function run({ quick, say }: RunOptions): Promise<Result[]> {
  const [of, services, days] = quick ? ['1', '4', '3'] : [seeds.join(), '20', '7']
  const samples = await sample<LeadSample[]>('lead-bench.ts', [
    ...['--seeds', of!, '--services', services!, '--days', days!],
  ])
  for (const { seed, note } of samples) say(`seed ${seed}: ${note}`)
  return [...resultsOf(samples), ...(await judgeNab(say))]
}

function resultsOf(samples: readonly LeadSample[]): Result[] {
  const restarts = { times: 0, warnings: 0, otherMinutes: 0 }
  for (const { restarted } of samples)
    for (const name of ['times', 'warnings', 'otherMinutes'] as const) restarts[name] += restarted[name]
  const notes = [`seeds ${samples.map(({ seed }) => seed).join(', ')}; the worst of them`]
  const result = (name: string, unit: string, of: (score: Score) => number, goal?: Goal): Result => {
    const isWorstLeast = goal === undefined || 'atLeast' in goal
    const worst = (system: string): number => {
      const figures = samples.map(({ scores }) => of(new Map(scores).get(system)!))
      return isWorstLeast ? Math.min(...figures) : Math.max(...figures)
    }
    const figures = Object.fromEntries(samples[0]!.scores.map(([system]) => [system, worst(system)]))
    return toResult({ name, unit, figures, goals: goal ? [goal] : [], against: 'plain', notes })
  }
  const micros = Math.max(...samples.map(({ microsPerRecord }) => microsPerRecord))
  return [
    result('foresight-recall', 'share of faults', ({ recall }) => recall, { figure: 'ours', atLeast: 0.9 }),
    result('foresight-lead', 'median minutes', (score) => score.medianLeadMinutes, {
      figure: 'ours',
      atLeast: 8,
    }),
    result('foresight-false', 'a service and day', (score) => score.falsePerServiceDay, {
      figure: 'ours',
      atMost: 1,
    }),
    result('foresight-precision', 'share of warnings', ({ precision }) => precision),
    result(
      'foresight-once',
      'share of faults of two services that are told of once',
      ({ shared }) => shared.once / Math.max(1, shared.told),
    ),
    toResult({
      name: 'foresight-restart',
      unit: 'minutes in which a detector that is saved and loaded each noon tells other than one that goes on',
      figures: { clew: restarts.otherMinutes },
      goals: [{ figure: 'ours', atMost: 0 }],
      against: 'plain',
      notes: [`${restarts.times} restarts, ${restarts.warnings} warnings, compared byte for byte`],
    }),
    toResult({
      name: 'foresight-cost',
      unit: 'µs of CPU a record or span',
      figures: { clew: micros },
      goals: [{ figure: 'ours', atMost: 2 }],
      against: 'plain',
      notes: ['observed and judged, in one thread with the minutes of all series'],
    }),
  ]
}

async function judgeNab(say: RunOptions['say']): Promise<Result[]> {
  if (!existsSync(nab)) {
    say(`NAB skipped: there is no ${nab}`)
    return []
  }
  const { series, windows, scores, threshold } = await sample<NabSample>('nab.ts', [nab])
  return [
    toResult({
      name: 'foresight-nab',
      unit: 'NAB’s standard score',
      figures: scores,
      goals: [{ figure: 'ours', atLeast: 50 }],
      against: 'plain',
      notes: [
        `${series} series, ${windows} windows; one threshold for all, ${threshold.toFixed(2)}, by NAB’s protocol`,
      ],
    }),
  ]
}

async function sample<T>(file: string, args: readonly string[]): Promise<T> {
  const child = startChild({ file: join(import.meta.dirname, '../foresight', file), args: [...args] })
  try {
    return await child.next<T>()
  } finally {
    await child.stop()
  }
}

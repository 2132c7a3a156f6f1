import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LeadSample } from '../foresight/lead-bench.ts'
import type { NabSample } from '../foresight/nab.ts'
import type { Score } from '../foresight/score.ts'
import { startChild } from '../measure/child.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

/** Of the first three what was missed was looked at since; none of the others was while the detectors were made. */
const seeds = [101, 102, 103, 501, 502, 503]
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
    'foresight-chat',
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
    toResult({
      name: 'foresight-recall',
      unit: 'share of faults',
      figures: Object.fromEntries(
        samples[0]!.scores.map(([system]) => [system, recallOf(samples.map(scoreOf(system)))]),
      ),
      goals: [{ figure: 'ours', atLeast: 0.9 }],
      against: 'plain',
      notes: [weeksOf(samples, scoreOf('clew'))],
    }),
    result('foresight-lead', 'median minutes', (score) => score.medianLeadMinutes, {
      figure: 'ours',
      atLeast: 8,
    }),
    result('foresight-false', 'a service and day', (score) => score.falsePerServiceDay, {
      figure: 'ours',
      atMost: 1,
    }),
    result('foresight-precision', 'share of warnings', ({ precision }) => precision),
    toResult({
      name: 'foresight-once',
      unit: 'share of faults of two services that are told of once',
      figures: Object.fromEntries(
        samples[0]!.scores.map(([system]) => [system, onceOf(samples.map(scoreOf(system)))]),
      ),
      goals: [],
      against: 'plain',
      notes: [`of all weeks together, of those that are told of at all`],
    }),
    chatOf(samples),
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

const scoreOf =
  (system: string) =>
  ({ scores }: LeadSample): Score =>
    new Map(scores).get(system)!

/** Of all weeks together: one has some forty faults, and of how many it is told varies by five of a hundred, by chance alone. */
function recallOf(scores: readonly Score[]): number {
  const told = scores.reduce((sum, { recall, faults }) => sum + recall * faults, 0)
  return told / scores.reduce((sum, { faults }) => sum + faults, 0)
}

function onceOf(scores: readonly Score[]): number {
  const told = scores.reduce((sum, { shared }) => sum + shared.told, 0)
  return scores.reduce((sum, { shared }) => sum + shared.once, 0) / Math.max(1, told)
}

function weeksOf(samples: readonly LeadSample[], of: (sample: LeadSample) => Score): string {
  const faults = samples.reduce((sum, sample) => sum + of(sample).faults, 0)
  const weeks = samples.map((sample) => `seed ${sample.seed} ${of(sample).recall.toFixed(2)}`)
  return `${faults} faults of all weeks together; ${weeks.join(', ')}`
}

/** Of the warnings that are as sure as a rule wants that says nothing else. */
function chatOf(samples: readonly LeadSample[]): Result {
  const scores = samples.map(({ chat }) => chat)
  const worst = (of: (score: Score) => number, isLeast: boolean): number =>
    Math[isLeast ? 'min' : 'max'](...scores.map(of))
  const lead = worst(({ medianLeadMinutes }) => medianLeadMinutes, true)
  const falseOnes = worst(({ falsePerServiceDay }) => falsePerServiceDay, false).toFixed(2)
  const precision = worst((score) => score.precision, true).toFixed(2)
  return toResult({
    name: 'foresight-chat',
    unit: 'share of faults of which a chat is told',
    figures: { clew: recallOf(scores) },
    goals: [],
    against: 'plain',
    notes: [
      weeksOf(samples, ({ chat }) => chat),
      `the worst weeks: median lead ${lead} min, ${falseOnes} false a service and day, precision ${precision}`,
    ],
  })
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

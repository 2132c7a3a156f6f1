import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from '../measure/child.ts'
import { median } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import type { Grouping } from '../templates/grouping.ts'

/** Not ours to ship: its licence allows research only. */
const directory = join(import.meta.dirname, '../../../shared/data/loghub')

type Sample = { groupings: ({ name: string } & Grouping)[]; linesPerSecond: number }

/** Log templates of all Loghub logs with the one configuration there is. */
export const templates: Row = {
  name: 'templates',
  about: 'templates of the Loghub-2k logs in ../shared/data/loghub, with one configuration',
  rounds: 5,
  results: ['templates-accuracy', 'templates-f1', 'templates-rate'],
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  if (!existsSync(directory)) {
    say(`skipped: there is no ${directory}`)
    return []
  }
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`)
    samples.push(await sample(quick ? 5 : 50))
  }
  const { groupings } = samples[0]!
  const rate = median(samples.map(({ linesPerSecond }) => linesPerSecond))
  return [
    result(
      'templates-accuracy',
      'mean GA',
      mean(groupings, 'accuracy'),
      0.94,
      describe(groupings, 'accuracy'),
    ),
    result('templates-f1', 'mean FGA', mean(groupings, 'f1'), 0.93, describe(groupings, 'f1')),
    result('templates-rate', 'lines per CPU second', rate, 400_000),
  ]
}

function result(name: string, unit: string, clew: number, atLeast: number, note?: string): Result {
  const goals = [{ figure: 'ours', atLeast }] as const
  return toResult({ name, unit, figures: { clew }, goals, against: 'plain', notes: note ? [note] : [] })
}

async function sample(passes: number): Promise<Sample> {
  const child = startChild({
    file: join(import.meta.dirname, '../templates/mine-logs.ts'),
    args: [directory, String(passes)],
  })
  try {
    return await child.next<Sample>()
  } finally {
    await child.stop()
  }
}

function mean(groupings: Sample['groupings'], figure: keyof Grouping): number {
  return groupings.reduce((sum, grouping) => sum + grouping[figure], 0) / groupings.length
}

function describe(groupings: Sample['groupings'], figure: keyof Grouping): string {
  return groupings.map((grouping) => `${grouping.name} ${grouping[figure].toFixed(3)}`).join(', ')
}

import { join } from 'node:path'
import { startChild } from '../measure/child.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const systems = ['clew', 'by hand', 'pino redact'] as const
const kinds = ['plain', 'stack'] as const

type Sample = { added: number; cuts: boolean }

/** What it costs to take secrets out of records that have none, which are most. */
export const redact: Row = {
  name: 'redact',
  about: 'redaction of 512 varied log records of five attributes, without and with a stack of ten frames',
  rounds: 9,
  results: kinds.map((kind) => `redact-${kind}`),
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const results: Result[] = []
  for (const kind of kinds) {
    const samples = await interleave(
      systems,
      rounds,
      (text) => say(`${kind}, ${text}`),
      (system) => sample(system, kind, quick ? 30 : 300),
    )
    results.push(
      toResult({
        name: `redact-${kind}`,
        unit: 'added CPU ns per record',
        figures: medians(samples, ({ added }) => added),
        goals: [{ figure: 'ours', atMost: 1000 }],
        against: 'plain',
        problems: Object.entries(samples).flatMap(([system, list]) =>
          list.every(({ cuts }) => cuts) ? [] : [`${system}: left a secret in a record`],
        ),
        notes: ['pino redact looks at ten paths and into no text; by hand no check digit is asked for'],
      }),
    )
  }
  return results
}

async function sample(system: string, kind: string, times: number): Promise<Sample> {
  const file = join(import.meta.dirname, '../redact/redact-logs.ts')
  const child = startChild({ file, args: [system, kind, String(times)] })
  try {
    return await child.next<Sample>()
  } finally {
    await child.stop()
  }
}

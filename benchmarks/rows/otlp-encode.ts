import { join } from 'node:path'
import { startChild } from '../measure/child.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const encoders = ['clew', 'otlp-transformer'] as const

type Sample = { perRecord: number; bytes: number; records: number; expected: number }

/** The encoder alone: no logger, no context, no sending. */
export const otlpEncode: Row = {
  name: 'otlp-encode',
  about: '512 varied log records with five attributes to OTLP protobuf',
  rounds: 9,
  results: ['otlp-encode'],
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const times = quick ? 30 : 500
  const samples = await interleave(encoders, rounds, say, (encoder) => sample(encoder, times))
  return [
    toResult({
      name: 'otlp-encode',
      unit: 'CPU ns per record',
      figures: medians(samples, ({ perRecord }) => perRecord),
      goals: [{ figure: 'ratio', atMost: 0.28 }],
      against: 'plain',
      problems: Object.entries(samples).flatMap(([encoder, list]) =>
        list.flatMap((one) => wrong(encoder, one)),
      ),
    }),
  ]
}

async function sample(encoder: string, times: number): Promise<Sample> {
  const file = join(import.meta.dirname, '../encoding/encode-logs.ts')
  const child = startChild({ file, args: [encoder, String(times)] })
  try {
    return await child.next<Sample>()
  } finally {
    await child.stop()
  }
}

function wrong(encoder: string, { records, expected }: Sample): string[] {
  return records === expected ? [] : [`${encoder}: ${records} of ${expected} records in the encoded request`]
}

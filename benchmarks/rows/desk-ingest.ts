import { join } from 'node:path'
import { startChild } from '../measure/child.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const stores = ['clew', 'plain-sqlite'] as const

type Sample = { records: number; stored: number; cpuUs: number; perSecond: number; bytes: number }

/** The store alone: from the bytes of an OTLP request to the commit on a real disk, without HTTP and threads. */
export const deskIngest: Row = {
  name: 'desk-ingest',
  about: '400,000 lines and 200,000 spans as OTLP protobuf into the files of the desk',
  rounds: 5,
  results: ['desk-ingest', 'desk-ingest-scattered', 'desk-ingest-bytes'],
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const records = quick ? 60_000 : 600_000
  const measure = (shape: string): Promise<Record<string, Sample[]>> =>
    interleave(
      stores,
      rounds,
      (text) => say(`${shape}, ${text}`),
      (store) => sample(store, shape, records),
    )
  const ordinary = await measure('ordinary')
  const scattered = await measure('scattered')
  const result = (
    name: string,
    unit: string,
    samples: Record<string, Sample[]>,
    figure: keyof Sample,
    goals: Goal[],
  ) =>
    toResult({
      name,
      unit,
      figures: medians(samples, (one) => one[figure]),
      goals,
      against: 'plain',
      problems: lostRecords(samples),
      notes: [describeSpeed(samples)],
    })
  return [
    result('desk-ingest', 'CPU µs per record', ordinary, 'cpuUs', [{ figure: 'ratio', atMost: 0.65 }]),
    result('desk-ingest-scattered', 'CPU µs per record', scattered, 'cpuUs', []),
    result('desk-ingest-bytes', 'bytes per record', ordinary, 'bytes', [{ figure: 'ours', atMost: 330 }]),
  ]
}

async function sample(store: string, shape: string, records: number): Promise<Sample> {
  const file = join(import.meta.dirname, '../desk/ingest.ts')
  const child = startChild({ file, args: [store, shape, String(records)] })
  try {
    return await child.next<Sample>()
  } finally {
    await child.stop()
  }
}

function lostRecords(samples: Readonly<Record<string, readonly Sample[]>>): string[] {
  return Object.entries(samples).flatMap(([store, list]) =>
    list.flatMap(({ records, stored }) =>
      stored === records ? [] : [`${store}: ${stored} of ${records} records are in the files`],
    ),
  )
}

function describeSpeed(samples: Readonly<Record<string, readonly Sample[]>>): string {
  const speeds = Object.entries(medians(samples, ({ perSecond }) => perSecond))
  return speeds
    .map(([store, perSecond]) => `${store} ${Math.round(perSecond / 1000)},000 records/s`)
    .join(', ')
}

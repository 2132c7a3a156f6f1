import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { type Sink, startSink } from '../measure/sink.ts'
import type { SystemName } from '../systems.ts'

const systems = [
  'bare',
  'clew',
  'dd-trace',
  'NodeSDK',
  'auto-instrumentations',
] as const satisfies SystemName[]

type Sample = { cpuMs: number; rssMb: number; stderr: string }

/** What a preload costs an application that does nothing, with all seven instrumentations installed. */
export const preload: Row = {
  name: 'preload',
  about: 'start of an empty application: added CPU and memory',
  rounds: 15,
  results: ['preload-cpu', 'preload-memory'],
  run,
}

async function run({ rounds, say }: RunOptions): Promise<Result[]> {
  const sink = await startSink()
  try {
    const samples = await interleave(systems, rounds, say, (system) => sample(system, sink))
    const problems = samples.clew!.flatMap(({ stderr }) => (stderr ? [`clew said: ${stderr}`] : []))
    return [
      toResult({
        name: 'preload-cpu',
        unit: 'CPU ms',
        figures: medians(samples, ({ cpuMs }) => cpuMs),
        goals: [{ figure: 'ours', atMost: 40 }],
        problems,
      }),
      toResult({
        name: 'preload-memory',
        unit: 'MB of RSS',
        figures: medians(samples, ({ rssMb }) => rssMb),
        goals: [{ figure: 'ours', atMost: 15 }],
        problems,
      }),
    ]
  } finally {
    await sink.stop()
  }
}

async function sample(system: SystemName, sink: Sink): Promise<Sample> {
  const application = await startApplication({ system, file: 'empty/index.cjs', sink })
  try {
    const used = await application.next<{ cpuMs: number; rssMb: number }>()
    return { ...used, stderr: application.stderr().trim() }
  } finally {
    await application.stop()
  }
}

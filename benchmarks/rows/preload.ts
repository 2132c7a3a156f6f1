import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedPackages } from '../../scripts/packages.ts'
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
    const samples = await interleave(systems, rounds, say, (system) => sample('empty', system, sink))
    const problems = saidBy(samples.clew)
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

const installed = 'few/bare few/clew everything/bare everything/clew'.split(' ')

/** The same application, of winston and HTTP, with all that there is installed, beside one with what it needs. */
export const preloadEverything: Row = {
  name: 'preload-everything',
  about:
    'start of an application of winston and HTTP with all packages and their libraries installed: added CPU',
  rounds: 21,
  results: ['preload-everything'],
  run: runEverything,
}

async function runEverything({ rounds, say }: RunOptions): Promise<Result[]> {
  const sink = await startSink()
  try {
    const samples = await interleave(installed, rounds, say, (one) => {
      const [folder, system] = one.split('/') as [string, 'bare' | 'clew']
      return sample(folder, system, sink)
    })
    const cpu = medians(samples, ({ cpuMs }) => cpuMs)
    const added = (folder: string): number => cpu[`${folder}/clew`]! - cpu[`${folder}/bare`]!
    const everything = added('everything')
    return [
      toResult({
        name: 'preload-everything',
        unit: 'added CPU ms',
        figures: { clew: everything, 'core, http and winston': added('few') },
        goals: [{ figure: 'ratio', atMost: 1.3 }],
        against: 'plain',
        problems: [...saidBy(samples['few/clew']), ...saidBy(samples['everything/clew']), ...notInstalled()],
      }),
    ]
  } finally {
    await sink.stop()
  }
}

/** What Clew wrote is no part of a start that went well. */
function saidBy(samples: readonly Sample[] = []): string[] {
  return samples.flatMap(({ stderr }) => (stderr ? [`clew said: ${stderr}`] : []))
}

/** Packages that came after the application that has all of them. */
function notInstalled(): string[] {
  const manifest = join(import.meta.dirname, '../apps/everything/package.json')
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies: object }
  return publishedPackages()
    .filter(({ name }) => !(name in dependencies))
    .map(({ name }) => `benchmarks/apps/everything/package.json lacks ${name}: add it, and its library`)
}

async function sample(folder: string, system: SystemName, sink: Sink): Promise<Sample> {
  const application = await startApplication({ system, file: `${folder}/index.cjs`, sink })
  try {
    const used = await application.next<{ cpuMs: number; rssMb: number }>()
    return { ...used, stderr: application.stderr().trim() }
  } finally {
    await application.stop()
  }
}

import { sampleHttp } from '../measure/http-load.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import type { SystemName } from '../systems.ts'

const systems = [
  'bare',
  'clew',
  'NodeSDK',
  'dd-trace',
  'auto-instrumentations',
] as const satisfies SystemName[]

type Variant = {
  name: string
  throughput: string
  about: string
  file: string
  cpuGoals: readonly Goal[]
  throughputGoals: readonly Goal[]
}

/** Hello world with one winston record: the request's span and the record are sent. */
export const expressRequest: Row = defineRow({
  name: 'express-request',
  throughput: 'express-throughput',
  about: 'express hello with one winston record: added CPU, and requests per second',
  file: 'web/express.cjs',
  cpuGoals: [{ figure: 'ratio', atMost: 0.35 }],
  throughputGoals: [{ figure: 'ours', atLeast: 0.65 }],
})

export const fastifyRequest: Row = defineRow({
  name: 'fastify-request',
  throughput: 'fastify-throughput',
  about: 'fastify hello with one winston record: added CPU, and requests per second',
  file: 'web/fastify.cjs',
  cpuGoals: [{ figure: 'ratio', atMost: 0.35 }],
  throughputGoals: [],
})

function defineRow(variant: Variant): Row {
  const { name, throughput, about } = variant
  return { name, about, rounds: 7, results: [name, throughput], run: (options) => run(variant, options) }
}

async function run(variant: Variant, { rounds, quick, say }: RunOptions): Promise<Result[]> {
  const seconds = quick ? { warmUp: 0.3, measured: 0.5 } : { warmUp: 2, measured: 3 }
  const samples = await interleave(systems, rounds, say, (system) =>
    sampleHttp(system, variant.file, seconds),
  )
  const all = Object.values(samples).flat()
  const problems = all.flatMap((sample) => sample.problems)
  const notes = all.flatMap((sample) => sample.notes)
  return [
    toResult({
      name: variant.name,
      unit: 'CPU µs per request',
      figures: medians(samples, ({ cpuUs }) => cpuUs),
      goals: variant.cpuGoals,
      problems,
      notes,
    }),
    toResult({
      name: variant.throughput,
      unit: 'of the requests per second without it',
      figures: medians(samples, ({ perSecond }) => perSecond),
      goals: variant.throughputGoals,
      against: 'share',
      problems,
      notes,
    }),
  ]
}

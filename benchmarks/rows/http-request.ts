import { type HttpWork, sampleHttp } from '../measure/http-load.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import type { SystemName } from '../systems.ts'

type Framework = 'express' | 'fastify' | 'koa' | 'hono' | 'nest'

type Variant = {
  framework: Framework
  /** Whether the application writes one by winston in each request. */
  record: boolean
  rivals: readonly SystemName[]
  /** What NodeSDK is given, where it is not its own choice. */
  instrumentations?: string
  cpuGoals: readonly Goal[]
  /** Of a row that also says the requests per second. */
  throughputGoals?: readonly Goal[]
}

const all = ['NodeSDK', 'dd-trace', 'auto-instrumentations'] as const satisfies SystemName[]
const ofBest = { figure: 'ratio', atMost: 0.35 } as const satisfies Goal
const ofDatadog = { figure: 'ratio', to: 'dd-trace', atMost: 0.4 } as const satisfies Goal

const variants: readonly Variant[] = [
  {
    ...{ framework: 'express', record: true, rivals: all },
    ...{ cpuGoals: [ofBest], throughputGoals: [{ figure: 'ours', atLeast: 0.65 }] },
  },
  {
    ...{ framework: 'fastify', record: true, rivals: all },
    ...{ cpuGoals: [ofBest, ofDatadog], throughputGoals: [] },
  },
  beside('NodeSDK', 'koa', true, 'http koa winston'),
  beside('@hono/otel', 'hono', true),
  beside('NodeSDK', 'nest', true, 'http express nestjs-core winston'),
  beside('NodeSDK', 'express', false, 'http express'),
  beside('NodeSDK', 'fastify', false, 'http fastify'),
  beside('NodeSDK', 'koa', false, 'http koa'),
  beside('@hono/otel', 'hono', false),
  beside('NodeSDK', 'nest', false, 'http express nestjs-core'),
]

/** Hello world, with one winston record or without: the request's span, and the record, are sent. */
export const httpRequests: readonly Row[] = variants.map(defineRow)

/** Beside dd-trace and what OpenTelemetry has for that framework. */
function beside(
  openTelemetry: SystemName,
  framework: Framework,
  record: boolean,
  instrumentations?: string,
): Variant {
  const rivals = ['dd-trace', openTelemetry] as const
  return { framework, record, rivals, cpuGoals: [ofDatadog], ...(instrumentations && { instrumentations }) }
}

function defineRow(variant: Variant): Row {
  const { framework, record, throughputGoals } = variant
  const name = `${framework}-${record ? 'request' : 'hello'}`
  const about = `${framework} hello ${record ? 'with one winston record' : 'without a record'}: added CPU`
  return {
    name,
    about: throughputGoals ? `${about}, and requests per second` : about,
    rounds: 7,
    results: throughputGoals ? [name, `${framework}-throughput`] : [name],
    run: (options) => run(name, variant, options),
  }
}

async function run(name: string, variant: Variant, { rounds, quick, say }: RunOptions): Promise<Result[]> {
  const { framework, rivals, cpuGoals, throughputGoals } = variant
  const seconds = quick ? { warmUp: 0.3, measured: 0.5 } : { warmUp: 2, measured: 3 }
  const work = workOf(variant)
  const samples = await interleave(['bare', 'clew', ...rivals], rounds, say, (system) =>
    sampleHttp(system, work, seconds),
  )
  const every = Object.values(samples).flat()
  const [problems, notes] = [every.flatMap((one) => one.problems), every.flatMap((one) => one.notes)]
  const cpu = toResult({
    name,
    unit: 'CPU µs per request',
    figures: medians(samples, ({ cpuUs }) => cpuUs),
    goals: cpuGoals,
    ...{ problems, notes },
  })
  if (!throughputGoals) return [cpu]
  const throughput = toResult({
    name: `${framework}-throughput`,
    unit: 'of the requests per second without it',
    figures: medians(samples, ({ perSecond }) => perSecond),
    goals: throughputGoals,
    against: 'share',
    ...{ problems, notes },
  })
  return [cpu, throughput]
}

function workOf({ framework, record, instrumentations }: Variant): HttpWork {
  return {
    file: 'web/hello.cjs',
    args: record ? [framework, 'record'] : [framework],
    env: instrumentations ? { BENCHMARK_INSTRUMENTATIONS: instrumentations } : {},
    connections: 32,
    spans: 1,
    records: record ? 1 : 0,
  }
}

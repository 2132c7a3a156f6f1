import { startMongodb } from '../../scripts/ferretdb.ts'
import { startMariadb } from '../../scripts/mariadb.ts'
import { type Service, startPostgres, startRedis } from '../../scripts/services.ts'
import { type HttpWork, sampleHttp } from '../measure/http-load.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import type { SystemName } from '../systems.ts'

type Library = {
  name: string
  start(): Promise<Service>
  /** Of dd-trace and OpenTelemetry, those that have an instrumentation of it. */
  rivals: readonly SystemName[]
  /** Where two seconds of a slow database are too few queries for V8 to compile what comes with each. */
  warmUpQueries?: number
}

const both = ['dd-trace', 'NodeSDK'] as const satisfies SystemName[]

const libraries: readonly Library[] = [
  { name: 'mysql2', start: startMariadb, rivals: both },
  { name: 'pg', start: startPostgres, rivals: both },
  { name: 'postgres', start: startPostgres, rivals: ['dd-trace'] },
  { name: 'redis', start: startRedis, rivals: both },
  { name: 'ioredis', start: startRedis, rivals: both },
  { name: 'mongodb', start: startMongodb, rivals: both, warmUpQueries: 40_000 },
]

/** Of one request, one after the other and of Redis at once: a client span has to have a parent, and what that one costs is divided by them. */
const queries = 25

/** Queries of a request: the span of each is sent. */
export const databaseQueries: readonly Row[] = libraries.map((library) => ({
  name: `${library.name}-query`,
  about: `query by ${library.name}, ${queries} in a request: added CPU`,
  rounds: 5,
  results: [`${library.name}-query`],
  run: (options) => run(library, options),
}))

async function run(
  { name, start, rivals, warmUpQueries = 0 }: Library,
  options: RunOptions,
): Promise<Result[]> {
  const { rounds, quick, say } = options
  const seconds = quick ? { warmUp: 0.3, measured: 0.7 } : { warmUp: 2, measured: warmUpQueries ? 8 : 4 }
  const warmUpRequests = quick ? 0 : warmUpQueries / queries
  const database = await start()
  try {
    const work = workOf(name, database.url)
    const samples = await interleave(['bare', 'clew', ...rivals], rounds, say, (system) =>
      sampleHttp(system, work, seconds, warmUpRequests),
    )
    const all = Object.values(samples).flat()
    return [
      toResult({
        name: `${name}-query`,
        unit: 'CPU µs per query',
        figures: medians(samples, ({ cpuUs }) => cpuUs / queries),
        goals: [{ figure: 'ratio', to: 'dd-trace', atMost: 0.5 }],
        problems: all.flatMap((sample) => sample.problems),
        notes: all.flatMap((sample) => sample.notes),
      }),
    ]
  } finally {
    await database.stop()
  }
}

function workOf(library: string, url: string): HttpWork {
  return {
    file: 'databases/queries.cjs',
    args: [library, queries],
    env: {
      BENCHMARK_DATABASE_URL: url,
      BENCHMARK_INSTRUMENTATIONS: `http ${library}`,
      // OpenTelemetry's. With its default of 2,048 it would drop most of them, and dropping is cheap.
      OTEL_BSP_MAX_QUEUE_SIZE: String(2 ** 20),
    },
    // One alone lets the process sleep before each answer, and waking up costs it several times what is measured.
    connections: 10,
    spans: queries + 1,
    records: 0,
  }
}

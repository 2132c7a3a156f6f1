import { startRedis } from '../../scripts/services.ts'
import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { type Sink, startSink } from '../measure/sink.ts'
import type { SystemName } from '../systems.ts'

const systems = ['bare', 'clew', 'bullmq-otel'] as const satisfies SystemName[]

type Used = { addUs: number; workUs: number; spans: number }
type Sample = { perJob: number; problems: string[] }

/** A job that does nothing: adding it inside a span, and working it off. Ours are encoded and sent, the rival's only counted. */
export const bullmqJob: Row = {
  name: 'bullmq-job',
  about: 'BullMQ job that does nothing, concurrency 50, Redis: added CPU of adding and working off',
  rounds: 7,
  results: ['bullmq-job'],
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const count = quick ? 500 : 10_000
  const redis = await startRedis()
  try {
    const samples = await interleave(systems, rounds, say, (system) => sample(system, count, redis.url))
    return [
      toResult({
        name: 'bullmq-job',
        unit: 'CPU µs per job',
        figures: medians(samples, ({ perJob }) => perJob),
        goals: [{ figure: 'ratio', atMost: 0.5 }],
        problems: Object.values(samples).flatMap((list) => list.flatMap((one) => one.problems)),
      }),
    ]
  } finally {
    await redis.stop()
  }
}

async function sample(system: SystemName, count: number, redisUrl: string): Promise<Sample> {
  const sink = await startSink()
  const application = await startApplication({
    system,
    file: 'jobs/noop.cjs',
    args: [count],
    env: { BENCHMARK_REDIS_URL: redisUrl },
    sink,
  })
  try {
    const used = await application.next<Used>()
    return { perJob: used.addUs + used.workUs, problems: await missingSpans(system, sink, used, count) }
  } finally {
    await application.stop()
    await sink.stop()
  }
}

/** The jobs to warm up count too. */
async function missingSpans(
  system: SystemName,
  sink: Sink,
  { spans }: Used,
  count: number,
): Promise<string[]> {
  if (system === 'bare') return []
  const jobs = 2 * count
  const seen = system === 'clew' ? (await sink.until((counts) => counts.spans >= jobs)).spans : spans
  return seen >= jobs ? [] : [`${system}: ${seen} spans of ${jobs} jobs`]
}

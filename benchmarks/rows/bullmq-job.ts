import { startRedis } from '../../scripts/services.ts'
import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { type Sink, startSink } from '../measure/sink.ts'
import type { SystemName } from '../systems.ts'

const systems = ['bare', 'clew', 'bullmq-otel'] as const satisfies SystemName[]

/** CPU of the adding, of the working off, and of what was still to be sent then. */
type Used = { addUs: number; workUs: number; sendUs: number }
type Sample = { perJob: number; problems: string[] }

/** A job that does nothing: adding it inside a span, and working it off, until the receiver has the spans of both. */
export const bullmqJob: Row = {
  name: 'bullmq-job',
  about: 'BullMQ job that does nothing, concurrency 50, Redis: added CPU of adding, working off and sending',
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
    const problems: string[] = []
    for (let jobs = count; jobs <= 2 * count; jobs += count) {
      const { spans } = await application.next<{ spans: number }>()
      if (system !== 'bare') problems.push(...(await missingSpans(system, sink, Math.max(jobs, spans))))
      application.send({})
    }
    const { addUs, workUs, sendUs } = await application.next<Used>()
    return { perJob: addUs + workUs + sendUs, problems }
  } finally {
    await application.stop()
    await sink.stop()
  }
}

/** A rival knows how many it has made; of Clew's there is one for each job at least. */
async function missingSpans(system: SystemName, sink: Sink, expected: number): Promise<string[]> {
  const { spans } = await sink.until((counts) => counts.spans >= expected)
  return spans >= expected ? [] : [`${system}: ${spans} spans of ${expected} arrived`]
}

import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { type Sink, startSink } from '../measure/sink.ts'
import type { SystemName } from '../systems.ts'

const winstonSystems = ['bare', 'clew', 'winston-transport'] as const satisfies SystemName[]
const pinoSystems = ['bare', 'clew', 'instrumentation-pino'] as const satisfies SystemName[]

type Variant = {
  name: string
  logger?: 'pino'
  about: string
  meter: 'cpu' | 'heap'
  compression: 'none' | 'gzip'
  unit: string
  goal: Goal
}
type Sample = { perRecord: number; problems: string[] }

/** A winston record with five fields in an active span, until the receiver has it. */
export const winstonRecord: Row = defineRow({
  name: 'winston-record',
  about: 'winston record in a span, stamped, encoded and sent as OTLP: added CPU',
  meter: 'cpu',
  compression: 'none',
  unit: 'CPU ns per record',
  goal: { figure: 'ratio', atMost: 0.22 },
})

export const winstonRecordGzip: Row = defineRow({
  name: 'winston-record-gzip',
  about: 'the same, compressed by all',
  meter: 'cpu',
  compression: 'gzip',
  unit: 'CPU ns per record',
  goal: { figure: 'ratio', atMost: 0.33 },
})

export const winstonHeap: Row = defineRow({
  name: 'winston-heap',
  about: 'the same record: bytes added on the heap',
  meter: 'heap',
  compression: 'none',
  unit: 'heap bytes per record',
  goal: { figure: 'ratio', atMost: 0.2 },
})

/** The same record by pino, of which the rival parses each line again. */
export const pinoRecord: Row = defineRow({
  name: 'pino-record',
  logger: 'pino',
  about: 'pino record in a span, stamped, encoded and sent as OTLP: added CPU',
  meter: 'cpu',
  compression: 'none',
  unit: 'CPU ns per record',
  goal: { figure: 'ratio', atMost: 0.22 },
})

function defineRow(variant: Variant): Row {
  const { name, about } = variant
  return { name, about, rounds: 7, results: [name], run: (options) => run(variant, options) }
}

async function run(variant: Variant, { rounds, quick, say }: RunOptions): Promise<Result[]> {
  const count = quick ? 6400 : 64_000
  const systems: readonly SystemName[] = variant.logger === 'pino' ? pinoSystems : winstonSystems
  const samples = await interleave(systems, rounds, say, (system) => sample(variant, system, count))
  return [
    toResult({
      name: variant.name,
      unit: variant.unit,
      figures: medians(samples, ({ perRecord }) => perRecord),
      goals: [variant.goal],
      problems: Object.values(samples).flatMap((list) => list.flatMap((one) => one.problems)),
    }),
  ]
}

async function sample(variant: Variant, system: SystemName, count: number): Promise<Sample> {
  const sink = await startSink()
  const application = await startApplication({
    system,
    file: 'winston/record.cjs',
    args: [variant.meter, count / 2, count],
    nodeArgs: ['--expose-gc'],
    env: {
      OTEL_EXPORTER_OTLP_COMPRESSION: variant.compression,
      BENCHMARK_LOGGER: variant.logger ?? 'winston',
    },
    sink,
  })
  try {
    const problems: string[] = []
    for (let phase = 0; phase < 2; phase++) {
      const { written } = await application.next<{ written: number }>()
      if (system !== 'bare') problems.push(...(await missingRecords(system, sink, written)))
      application.send({})
    }
    const { used } = await application.next<{ used: number }>()
    return { perRecord: used / count, problems }
  } finally {
    await application.stop()
    await sink.stop()
  }
}

async function missingRecords(system: string, sink: Sink, written: number): Promise<string[]> {
  const { logs, distinctLogs, logsInTrace } = await sink.until((counts) => counts.logs >= written)
  if (logs === written && distinctLogs === written && logsInTrace === written) return []
  return [
    `${system}: of ${written} records, ${logs} arrived, ${distinctLogs} distinct, ${logsInTrace} in a trace`,
  ]
}

import {
  guard,
  hideServer,
  listMeters,
  type Meter,
  observeRecords,
  observeSpans,
  readStatus,
  runInContext,
  serviceName,
  stopAll,
  suppressedRoot,
} from '@clew/core'
import { answerStatus, isForStatus, isLoopback, type OwnPages, serveOwnPages } from '@clew/otlp'
import { answerMetrics, type Metric } from '@clew/otlp/metrics-text'
import { createSpanTally } from './span-tally.ts'
import { createTally } from './tally.ts'

/** Where metrics are shown, and what is counted. */
export type PrometheusOptions = {
  /** Default 9464; 0 takes a free one. */
  port?: number
  /** The address to listen on. Default 127.0.0.1: of this machine alone. */
  host?: string
  /** Modules that are counted each by itself; the records of further ones under `_other`. Default 100. */
  maxModules?: number
  /** Names of requests and jobs whose durations are counted each by itself; those of further ones under `_other`. Default 100. */
  maxSpanNames?: number
  /** The label `service`. Default `service.name` of this process. */
  service?: string
  /** Shown beside those that this process has added to @clew/core. */
  meters?: readonly Meter[]
}

/** Metrics that are shown. */
export type Prometheus = {
  /** Such as `http://127.0.0.1:9464/metrics`. */
  readonly url: string
  /** Counts no more and stops listening. Calling it twice does nothing. */
  stop(): void
}

export const defaults = { port: 9464, host: '127.0.0.1', maxModules: 100, maxSpanNames: 100 } as const

/**
 * Counts the log records of this process from now on, and shows them and what else it counts at `/metrics`, to Prometheus
 * and whoever reads its formats; on the loopback address what it does at `/clew/status`. Holds no process. Rejects when the address cannot be listened on.
 *
 * @example
 * const { url, stop } = await startPrometheus({ port: 9464 })
 */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const { port = defaults.port, host = defaults.host, meters = [] } = options
  const tally = startTally(options)
  const read = (): Metric[] => [...tally.meters, ...listMeters(), ...meters].flatMap(readMeter)
  const answer: OwnPages['answer'] = (request, response) => {
    // What a process is and does is of no concern to other machines.
    if (isLoopback(host) && isForStatus(request)) answerStatus(request, response, readStatus)
    else void answerMetrics(request, response, read)
  }
  try {
    const { url, close } = await runInContext(suppressedRoot, () =>
      serveOwnPages({ host, port, answer, prepare: hideServer }),
    )
    return {
      url: `${url}/metrics`,
      stop: () => {
        tally.stop()
        void close()
      },
    }
  } catch (error) {
    tally.stop()
    throw error
  }
}

/** What is counted, and under which name of the service. */
export type TallyOptions = Pick<PrometheusOptions, 'service' | 'maxModules' | 'maxSpanNames'>

/** Counts records and durations from now on, under `service` or what this process is called. */
export function startTally({
  service,
  maxModules = defaults.maxModules,
  maxSpanNames = defaults.maxSpanNames,
}: TallyOptions): {
  meters: [Meter, ...Meter[]]
  stop(): void
} {
  const named = service || serviceName() || process.env.OTEL_SERVICE_NAME || 'unknown_service:node'
  const [records, spans] = [createTally(named, maxModules), createSpanTally(named, maxSpanNames)]
  const stops = [observeRecords(records.observe), observeSpans(spans.observe)]
  return { meters: [records.meter, spans.meter], stop: () => stopAll(stops) }
}

/** One that throws is reported and left out. */
function readMeter({ name, kind, unit, help, read }: Meter): Metric[] {
  const values = guard(`reading ${name}`, () => read(), undefined)
  return values === undefined ? [] : [{ name, kind, unit, help, values }]
}

import { guard, listMeters, type Meter } from '@clew/core'
import { prometheusName, samplesOf } from '@clew/otlp/metrics-text'
import { type PrometheusOptions, startTally } from './server.ts'

/** What is used of a `Registry` of prom-client 15. */
export type PromRegistry = {
  registerMetric(metric: never): void
  removeSingleMetric(name: string): void
}

/** What a registry asks of a metric. https://github.com/siimon/prom-client/blob/v15.1.3/lib/registry.js */
type PromMetric = {
  // OpenMetrics writes it anew, without _total.
  name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly aggregator: 'sum'
  get(): Promise<object>
  reset(): void
}

/**
 * Counts the log records of this process from now on, and shows them and what else it counts in a registry of the
 * application's prom-client, each time when that is read; exemplars where the registry writes OpenMetrics. Returns the way
 * back. Throws when the registry has a metric of the same name.
 *
 * @example
 * import { register } from 'prom-client'
 * shareWithPromClient(register)
 */
export function shareWithPromClient(
  registry: PromRegistry,
  options: Omit<PrometheusOptions, 'port' | 'host'> = {},
): () => void {
  const tally = startTally(options)
  try {
    const unshare = shareMeters(registry, tally.meters, options.meters)
    return () => {
      tally.stop()
      unshare()
    }
  } catch (error) {
    tally.stop()
    throw error
  }
}

/** Puts what is counted already into a registry; throws, and leaves nothing, when that has a metric of the same name. */
export function shareMeters(
  registry: PromRegistry,
  [first, ...more]: readonly [Meter, ...Meter[]],
  meters: readonly Meter[] = [],
): () => void {
  const added = new Set<string>()
  const add = (meter: Meter): void => {
    const metric = metricOf(meter)
    registry.registerMetric(metric as never)
    added.add(metric.name)
  }
  const remove = (): void => {
    for (const name of added) registry.removeSingleMetric(name)
    added.clear()
  }
  // What is added to core later joins when the registry is read, and is there from the next time on.
  const addLater = (): void => {
    for (const meter of listMeters())
      if (!added.has(nameOf(meter))) guard(`adding ${meter.name} to prom-client`, () => add(meter), undefined)
  }
  const readCounted = (): ReturnType<Meter['read']> => {
    addLater()
    return first.read()
  }
  try {
    for (const meter of [{ ...first, read: readCounted }, ...more, ...listMeters(), ...meters]) add(meter)
  } catch (error) {
    remove()
    throw error
  }
  return remove
}

function nameOf({ name, kind, unit }: Meter): string {
  return prometheusName(name, kind, unit)
}

function metricOf(meter: Meter): PromMetric {
  const { help, kind, read } = meter
  const name = nameOf(meter)
  const type = kind === 'updown' ? 'gauge' : kind
  return {
    ...{ name, help, type, aggregator: 'sum' },
    async get() {
      const values = guard(`reading ${name}`, () => read(), [])
      const samples = values.flatMap((value) => samplesOf(name, value))
      return {
        ...{ name: this.name, help, type, aggregator: 'sum' },
        values: samples.map(({ labels, value, exemplar, name: metricName }) => ({
          ...(kind === 'histogram' && { metricName }),
          labels,
          value,
          ...(exemplar && {
            exemplar: {
              labelSet: { trace_id: exemplar.traceId, span_id: exemplar.spanId },
              value: exemplar.value ?? 1,
              timestamp: exemplar.timeUnixMs / 1000,
            },
          }),
        })),
      }
    },
    // It is counted elsewhere.
    reset() {},
  }
}

import { guard, listMeters, type Meter } from '@clew/core'
import { defaults, type PrometheusOptions, startTally } from './server.ts'

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
  readonly type: Meter['kind']
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
  const tally = startTally(options.service, options.maxModules ?? defaults.maxModules)
  try {
    const unshare = shareMeters(registry, tally.meter, options.meters)
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
  counted: Meter,
  meters: readonly Meter[] = [],
): () => void {
  const added = new Set<string>()
  const add = (meter: Meter): void => {
    registry.registerMetric(metricOf(meter) as never)
    added.add(meter.name)
  }
  const remove = (): void => {
    for (const name of added) registry.removeSingleMetric(name)
    added.clear()
  }
  // What is added to core later joins when the registry is read, and is there from the next time on.
  const addLater = (): void => {
    for (const meter of listMeters())
      if (!added.has(meter.name)) guard(`adding ${meter.name} to prom-client`, () => add(meter), undefined)
  }
  const readCounted = (): ReturnType<Meter['read']> => {
    addLater()
    return counted.read()
  }
  try {
    for (const meter of [{ ...counted, read: readCounted }, ...listMeters(), ...meters]) add(meter)
  } catch (error) {
    remove()
    throw error
  }
  return remove
}

function metricOf({ name, help, kind, read }: Meter): PromMetric {
  return {
    ...{ name, help, type: kind, aggregator: 'sum' },
    async get() {
      const values = guard(`reading ${name}`, () => read(), [])
      return {
        ...{ name: this.name, help, type: kind, aggregator: 'sum' },
        values: values.map(({ labels, value, exemplar }) => ({
          labels,
          value,
          ...(exemplar && {
            exemplar: {
              labelSet: { trace_id: exemplar.traceId, span_id: exemplar.spanId },
              value: 1,
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

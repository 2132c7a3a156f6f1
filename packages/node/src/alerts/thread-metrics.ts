import { BroadcastChannel } from 'node:worker_threads'
import { addMeters, type Meter } from '@clew/core'
import type { Metric, MetricValue } from '@clew/otlp/metrics-text'

/** How the thread of alerts tells its metrics; it is given with what the thread is started with. */
export type ThreadMetrics = {
  channel: string
  /** Unix milliseconds of the last evaluation, as one 64-bit float: it comes each second, and must wake nobody. */
  evaluated: SharedArrayBuffer
}

const evaluation = 'logalert_last_evaluation_timestamp_seconds'
/** What changes while nothing happens: it is not told, or along with what does. */
const restless: ReadonlySet<string> = new Set([evaluation, 'logalert_lag_seconds'])
const rides: ReadonlySet<string> = new Set(['logalert_evaluation_seconds_total'])

/** In the thread of alerts. `tell` says what changed since the last time, if anything did. */
export function tellMetrics({ channel, evaluated }: ThreadMetrics): {
  tell(metrics: readonly Metric[]): void
  evaluatedAt(unixMs: number): void
} {
  const port = new BroadcastChannel(channel)
  port.unref()
  const last = new Float64Array(evaluated)
  const told = new Map<string, number>()
  const keyOf = (name: string, { labels }: MetricValue): string => name + JSON.stringify(labels)
  return {
    tell(metrics) {
      const changed = metrics.flatMap((metric): Metric[] => {
        if (restless.has(metric.name)) return []
        const values = metric.values.filter((one) => told.get(keyOf(metric.name, one)) !== one.value)
        return values.length === 0 ? [] : [{ ...metric, values }]
      })
      if (changed.every(({ name }) => rides.has(name))) return
      for (const { name, values } of changed) for (const one of values) told.set(keyOf(name, one), one.value)
      port.postMessage(changed)
    },
    evaluatedAt: (unixMs) => {
      last[0] = unixMs
    },
  }
}

/** In the application's thread: shows what that one tells, once it has told it. Keeps no process alive. */
export function showMetrics({ channel, evaluated }: ThreadMetrics): void {
  const shown = new Map<string, Map<string, MetricValue>>()
  const valuesOf = (metric: Metric): Map<string, MetricValue> => {
    const known = shown.get(metric.name)
    if (known) return known
    const values = new Map<string, MetricValue>()
    shown.set(metric.name, values)
    addMeters([meterOf(metric, () => [...values.values()])])
    return values
  }
  const port = new BroadcastChannel(channel)
  port.unref()
  port.onmessage = (event) => {
    for (const metric of (event as { data: readonly Metric[] }).data) {
      const values = valuesOf(metric)
      for (const one of metric.values) values.set(JSON.stringify(one.labels), one)
    }
  }
  const last = new Float64Array(evaluated)
  const help = 'When the rules were last looked at, which they are each second.'
  const read = (): MetricValue[] => (last[0] ? [{ labels: {}, value: last[0] / 1000 }] : [])
  addMeters([meterOf({ name: evaluation, kind: 'gauge', help, values: [] }, read)])
}

function meterOf({ name, kind, help, values }: Metric, read: Meter['read']): Meter {
  return { name, kind, help, labels: Object.keys(values[0]?.labels ?? {}), read }
}

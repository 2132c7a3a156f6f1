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

/** Values that changed; or all, as some are gone. */
type Told = Metric & { isWhole: boolean }

const keyOf = ({ labels }: MetricValue): string => JSON.stringify(labels)

/** In the thread of alerts. `tell` says what changed since the last time, if anything did. */
export function tellMetrics({ channel, evaluated }: ThreadMetrics): {
  tell(metrics: readonly Metric[]): void
  evaluatedAt(unixMs: number): void
} {
  const port = new BroadcastChannel(channel)
  port.unref()
  const last = new Float64Array(evaluated)
  const told = new Map<string, Map<string, number>>()
  const changesOf = (metric: Metric): Told[] => {
    if (restless.has(metric.name)) return []
    const before = told.get(metric.name) ?? new Map<string, number>()
    const keys = new Set(metric.values.map(keyOf))
    const isWhole = [...before.keys()].some((key) => !keys.has(key))
    const values = isWhole
      ? metric.values
      : metric.values.filter((one) => before.get(keyOf(one)) !== one.value)
    return values.length > 0 || isWhole ? [{ ...metric, values, isWhole }] : []
  }
  return {
    tell(metrics) {
      const changed = metrics.flatMap(changesOf)
      if (changed.every(({ name }) => rides.has(name))) return
      for (const { name, values, isWhole } of changed) {
        const now = isWhole ? new Map<string, number>() : (told.get(name) ?? new Map<string, number>())
        for (const one of values) now.set(keyOf(one), one.value)
        told.set(name, now)
      }
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
    for (const metric of (event as { data: readonly Told[] }).data) {
      const values = valuesOf(metric)
      if (metric.isWhole) values.clear()
      for (const one of metric.values) values.set(keyOf(one), one)
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

import { BroadcastChannel } from 'node:worker_threads'
import type { Meter, MeterValue } from '@clew/core'

/** How the thread of alerts tells its counts; it is given with what the thread is started with. */
export type AlertCounts = {
  channel: string
  /** Unix milliseconds of the last evaluation, as one 64-bit float: it comes each second, and must wake nobody. */
  evaluated: SharedArrayBuffer
}

type CounterName = keyof typeof counters
type Count = { name: CounterName; labels: MeterValue['labels'] }

const counters = {
  logalert_alerts_total: {
    help: 'Alerts by rule, with each reminder and each end.',
    labels: ['rule', 'severity', 'state'],
  },
  logalert_notifications_total: {
    help: 'Alerts that a channel took (sent), did not take (dead), or that nobody was to get (held, of no channel).',
    labels: ['channel', 'result'],
  },
} as const

/** In the thread of alerts. */
export function tellCounts({ channel, evaluated }: AlertCounts): {
  count(name: CounterName, labels: MeterValue['labels']): void
  evaluatedAt(unixMs: number): void
} {
  const port = new BroadcastChannel(channel)
  port.unref()
  const last = new Float64Array(evaluated)
  return {
    count: (name, labels) => port.postMessage({ name, labels } satisfies Count),
    evaluatedAt: (unixMs) => {
      last[0] = unixMs
    },
  }
}

/** In the application's thread: what that one counts, as meters. Keeps no process alive. */
export function alertMeters({ channel, evaluated }: AlertCounts): Meter[] {
  const counted = new Map<string, Count & { value: number }>()
  const port = new BroadcastChannel(channel)
  port.unref()
  port.onmessage = (event) => {
    const { name, labels } = (event as { data: Count }).data
    const key = JSON.stringify([name, labels])
    const one = counted.get(key) ?? { name, labels, value: 0 }
    one.value++
    counted.set(key, one)
  }
  const last = new Float64Array(evaluated)
  const evaluation: Meter = {
    name: 'logalert_last_evaluation_timestamp_seconds',
    kind: 'gauge',
    help: 'When the rules were last looked at, which they are each second.',
    labels: [],
    read: () => (last[0] ? [{ labels: {}, value: last[0] / 1000 }] : []),
  }
  const named = Object.entries(counters).map(
    ([name, { help, labels }]): Meter => ({
      ...{ name, kind: 'counter', help, labels },
      read: () => [...counted.values()].filter((one) => one.name === name),
    }),
  )
  return [...named, evaluation]
}

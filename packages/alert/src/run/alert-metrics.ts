import type { Metric, MetricValue } from '@clew/otlp/metrics-text'
import type { DecisionReason } from '../alert.ts'
import type { NotifierOptions } from '../notify/notifier.ts'
import type { RecordBatch } from '../sources/source.ts'
import type { AlertStore, StoreSize } from '../store/store.ts'
import type { AlertsFile } from './alerts-file.ts'

/**
 * What rules and channels of this process did, counted since it began, also while rule files come and go. Labels are names of the
 * rule file, partitions and words of ours: their number is bounded.
 */
export type AlertMetrics = {
  /**
   * All of them as they are now, those of docs/guide/metrics.md. The three of the state are left out while it does not answer within
   * two seconds. Never rejects.
   */
  read(): Promise<Metric[]>
  /** Told by `startAlerting`. */
  readonly counts: AlertCounts
}

/** Where it is said what was done. */
export type AlertCounts = {
  /** What these rules and channels have not done yet is 0, so that the first time is an increase. */
  know(file: AlertsFile): void
  /** The store, whose commits are counted from now on. */
  watch(store: AlertStore): AlertStore
  judged(batch: RecordBatch): void
  /** The clock of the partition was moved, since nothing came. */
  passed(partition: string, clockMs: number): void
  left(partition: string): void
  /** `channel` undefined: nobody was to get it. */
  noticed(result: 'sent' | 'dead' | 'held', channel: string | undefined): void
  attempted: NonNullable<NotifierOptions['onAttempt']>
}

/** Partitions that are shown: those that are the furthest behind. */
const mostPartitions = 100
const sizeMs = 2_000

/** Metrics to give to `startAlerting`, each time that it is called. `now`: unix milliseconds. */
export function createAlertMetrics(now: () => number): AlertMetrics {
  const counters = openCounters()
  const clocks = new Map<string, number>()
  let evaluatedMs = 0
  let store: AlertStore | undefined
  const passed = (partition: string, clockMs: number): void => {
    evaluatedMs = now()
    clocks.set(partition, Math.max(clocks.get(partition) ?? 0, Math.min(clockMs, evaluatedMs)))
  }
  return {
    counts: {
      ...countsInto(counters),
      watch(watched) {
        store = watched
        return withCommits(watched, counters)
      },
      judged({ partition, records }) {
        counters.records.add({}, records.length)
        passed(partition, records.at(-1)?.unixMs ?? 0)
      },
      passed,
      left: (partition) => void clocks.delete(partition),
    },
    async read() {
      const size = store && (await within(store.size()))
      return [
        ...Object.values(counters).map(({ read }) => read()),
        lagOf(clocks, now()),
        ...(evaluatedMs > 0 ? [evaluation(evaluatedMs)] : []),
        ...(size === undefined ? [] : sizeMetrics(size)),
      ]
    },
  }
}

type Counters = ReturnType<typeof openCounters>

function openCounters() {
  return {
    records: counter('logalert_records_total', 'Records that the rules were asked about.'),
    decisions: counter('logalert_decisions_total', 'What rules decided, by rule and reason.'),
    alerts: counter('logalert_alerts_total', 'Alerts by rule, with each reminder and each end.'),
    notifications: counter(
      'logalert_notifications_total',
      'Alerts that a channel took (sent), did not take (dead), or that nobody was to get (held, of no channel).',
    ),
    deliveries: counter('logalert_deliveries_total', 'Requests to channels, by what came of them.'),
    seconds: counter('logalert_delivery_seconds_total', 'How long channels took to answer.'),
    waits: counter('logalert_budget_waits_total', 'Messages put off as their bot has sent enough.'),
  }
}

const reasonsFromZero: readonly DecisionReason[] = ['fired', 'late', 'too many groups']

function countsInto(counters: Counters): Pick<AlertCounts, 'know' | 'noticed' | 'attempted'> {
  const { records, decisions, alerts, notifications, deliveries, seconds, waits } = counters
  return {
    know({ rules, channels }) {
      records.add({}, 0)
      for (const { id: rule, severity } of rules) {
        for (const reason of reasonsFromZero) decisions.add({ rule, reason: wordOf(reason) }, 0)
        for (const state of ['firing', 'resolved']) alerts.add({ rule, severity, state }, 0)
      }
      for (const channel of channels.keys()) {
        for (const result of ['sent', 'dead']) notifications.add({ channel, result }, 0)
        waits.add({ channel }, 0)
      }
    },
    noticed: (result, channel = '') => notifications.add({ channel, result }),
    attempted(channel, came, tookMs) {
      if (came === 'budget') return waits.add({ channel })
      deliveries.add({ channel, outcome: came })
      seconds.add({ channel }, Math.max(0, tookMs) / 1000)
    },
  }
}

function withCommits(store: AlertStore, { alerts, decisions }: Counters): AlertStore {
  return {
    ...store,
    async commit(commit) {
      const answer = await store.commit(commit)
      if (answer.result !== 'stored') return answer
      for (const { rule, severity, state } of commit.alerts) alerts.add({ rule, severity, state })
      for (const [rule, reasons] of commit.counts)
        for (const [reason, times] of reasons) decisions.add({ rule, reason: wordOf(reason) }, times)
      return answer
    },
  }
}

type Counter = { add(labels: MetricValue['labels'], by?: number): void; read(): Metric }

function counter(name: string, help: string): Counter {
  const counted = new Map<string, { labels: MetricValue['labels']; value: number }>()
  return {
    add(labels, by = 1) {
      const key = JSON.stringify(labels)
      const one = counted.get(key)
      if (one) one.value += by
      else counted.set(key, { labels, value: by })
    },
    read: () => ({ name, kind: 'counter', help, values: [...counted.values()].map((one) => ({ ...one })) }),
  }
}

/** `too many groups` is `too_many_groups`. */
const wordOf = (reason: string): string => reason.replaceAll(' ', '_')

function lagOf(clocks: ReadonlyMap<string, number>, nowMs: number): Metric {
  const values = [...clocks].map(([partition, ms]) => ({ labels: { partition }, value: (nowMs - ms) / 1000 }))
  return {
    ...{ name: 'logalert_lag_seconds', kind: 'gauge' },
    help: 'How old the newest record is that was judged, or since when nothing comes.',
    values: values.toSorted((a, b) => b.value - a.value).slice(0, mostPartitions),
  }
}

function evaluation(unixMs: number): Metric {
  return {
    ...{ name: 'logalert_last_evaluation_timestamp_seconds', kind: 'gauge' },
    help: 'When the rules were last asked about records or about time.',
    values: [{ labels: {}, value: unixMs / 1000 }],
  }
}

function sizeMetrics({ cells, waiting, dropped }: StoreSize): Metric[] {
  const metric = (name: string, kind: Metric['kind'], help: string, value: number): Metric => ({
    ...{ name, kind, help },
    values: [{ labels: {}, value }],
  })
  return [
    metric('logalert_groups', 'gauge', 'Groups of rules that the state holds.', cells),
    metric('logalert_outbox_pending', 'gauge', 'Alerts of the state that are not sent yet.', waiting),
    metric('logalert_outbox_dropped_total', 'counter', 'Alerts given up as too many waited.', dropped),
  ]
}

/** Undefined when it fails, or does not come: a state that is away is what metrics are looked at for. */
async function within<T>(coming: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), sizeMs)
  })
  try {
    return await Promise.race([coming, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

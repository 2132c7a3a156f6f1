import type { MetricRow } from '@clew/otlp/metrics-text'

type AlertMetricKey =
  | ('records' | 'decisions' | 'alerts' | 'firing' | 'notifications' | 'deliveries' | 'deliverySeconds')
  | ('waits' | 'evaluationSeconds' | 'lag' | 'evaluated' | 'groups' | 'waiting' | 'dropped')

/** Metrics of rules and channels; what each means stands in docs/guide/metrics.md. Labels are names of the rule file, partitions and words of ours. */
export const alertMetricTable: Readonly<Record<AlertMetricKey, MetricRow>> = {
  records: counter('logalert_records_total', 'Records that the rules were asked about.', []),
  decisions: counter('logalert_decisions_total', 'What rules decided, by rule and reason.', [
    'rule',
    'reason',
  ]),
  alerts: counter('logalert_alerts_total', 'Alerts by rule, with each reminder and each end.', [
    'rule',
    'severity',
    'state',
  ]),
  firing: gauge('logalert_firing', 'Alerts that go on, by rule.', ['rule', 'severity']),
  notifications: counter(
    'logalert_notifications_total',
    'Alerts that a channel took (sent), did not take (dead), or that nobody was to get (held, of no channel).',
    ['channel', 'result'],
  ),
  deliveries: counter('logalert_deliveries_total', 'Requests to channels, by what came of them.', [
    'channel',
    'outcome',
  ]),
  deliverySeconds: counter('logalert_delivery_seconds_total', 'How long channels took to answer.', [
    'channel',
  ]),
  waits: counter('logalert_budget_waits_total', 'Messages put off as their bot has sent enough.', [
    'channel',
  ]),
  evaluationSeconds: counter(
    'logalert_evaluation_seconds_total',
    'How long it took to judge records and time, with what the state took.',
    [],
  ),
  lag: gauge(
    'logalert_lag_seconds',
    'How old the newest record is that was judged, or since when nothing comes.',
    ['partition'],
  ),
  evaluated: gauge(
    'logalert_last_evaluation_timestamp_seconds',
    'When the rules were last asked about records or about time.',
    [],
  ),
  groups: gauge('logalert_groups', 'Groups of rules that the state holds.', []),
  waiting: gauge('logalert_outbox_pending', 'Alerts of the state that are not sent yet.', []),
  dropped: counter('logalert_outbox_dropped_total', 'Alerts given up as too many waited.', []),
}

function counter(name: string, help: string, labels: readonly string[]): MetricRow {
  return { name, kind: 'counter', help, labels }
}

function gauge(name: string, help: string, labels: readonly string[]): MetricRow {
  return { name, kind: 'gauge', help, labels }
}

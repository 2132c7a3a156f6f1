import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerMetrics, type Metric, type MetricRow, readProcessMetrics } from '@clew/otlp/metrics-text'
import type { Alerts } from '../../threads/alerts.ts'
import type { KnownStatus } from './answer-api.ts'

type Key =
  | ('requests' | 'refused' | 'records' | 'rejected' | 'usage' | 'limit' | 'damaged')
  | ('forwarded' | 'forwardWaiting' | 'unjudged')

/** What a desk shows of itself beside what its rules did. */
export const deskMetricTable: Readonly<Record<Key, MetricRow>> = {
  requests: counter('clew.desk.requests', '{request}', 'Requests of OTLP that were taken.', []),
  refused: counter(
    'clew.desk.refused_requests',
    '{request}',
    'Requests of OTLP of which something was not kept.',
    [],
  ),
  records: counter('clew.desk.records', '{record}', 'Records that were stored.', ['signal']),
  rejected: counter(
    'clew.desk.rejected_records',
    '{record}',
    'Records of requests that were stored but for them.',
    [],
  ),
  usage: gauge('clew.desk.store.usage', 'By', 'Disk, or memory, of what is stored.'),
  limit: gauge('clew.desk.store.limit', 'By', 'The most of it, --max-size; beyond it the oldest go.'),
  damaged: gauge('clew.desk.store.damaged', '{file}', 'Files that were set aside as they could not be read.'),
  forwarded: counter('clew.desk.forwarded', '{record}', 'Records that were to be passed on, by outcome.', [
    'outcome',
  ]),
  forwardWaiting: gauge('clew.desk.forward.waiting', '{record}', 'Records that wait to be passed on.'),
  unjudged: counter(
    'logalert_unjudged_records_total',
    '{record}',
    'Records that were stored but not judged, as too many waited.',
    [],
  ),
}

/** What answers `/metrics`: what the desk received and keeps, and what rules and channels did where it has rules. */
export function deskMetricsAnswer(
  alerts: Alerts | undefined,
  known: () => KnownStatus,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const read = async (): Promise<Metric[]> => [
    ...(alerts ? await alerts.ask('metrics', {}) : []),
    ...readDesk(known()),
    ...readProcessMetrics(),
  ]
  return (request, response) => answerMetrics(request, response, read)
}

function readDesk({ received, store, forward, alerts }: KnownStatus): Metric[] {
  const { logs, spans } = received
  return [
    metricOf('requests', [[{}, received.requests]]),
    metricOf('refused', [[{}, received.refused]]),
    metricOf('records', [
      [{ signal: 'logs' }, logs],
      [{ signal: 'traces' }, spans],
    ]),
    metricOf('rejected', [[{}, received.rejected]]),
    metricOf('usage', [[{}, store.bytes]]),
    metricOf('limit', [[{}, store.maxBytes]]),
    metricOf('damaged', [[{}, store.damaged]]),
    ...(forward
      ? [
          metricOf('forwarded', [
            [{ outcome: 'delivered' }, forward.delivered],
            [{ outcome: 'dropped' }, forward.dropped],
          ]),
          metricOf('forwardWaiting', [[{}, forward.waiting]]),
        ]
      : []),
    ...(alerts ? [metricOf('unjudged', [[{}, alerts.notJudged]])] : []),
  ]
}

function metricOf(
  key: Key,
  values: readonly (readonly [Metric['values'][number]['labels'], number])[],
): Metric {
  return { ...deskMetricTable[key], values: values.map(([labels, value]) => ({ labels, value })) }
}

function counter(name: string, unit: string, help: string, labels: readonly string[]): MetricRow {
  return { name, kind: 'counter', unit, help, labels }
}

function gauge(name: string, unit: string, help: string): MetricRow {
  return { name, kind: 'gauge', unit, help, labels: [] }
}

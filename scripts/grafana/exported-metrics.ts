import { earlyMetricTable } from '../../packages/alert/src/run/early-metrics.ts'
import { alertMetricTable } from '../../packages/alert/src/run/metric-table.ts'
import { patternMetricTable } from '../../packages/alert/src/run/pattern-metrics.ts'
import { deskMetricTable } from '../../packages/desk/server/http/routes/desk-metrics.ts'
import { createSpanTally } from '../../packages/exporters/prometheus-exporter/src/span-tally.ts'
import { createTally } from '../../packages/exporters/prometheus-exporter/src/tally.ts'
import { busMeters, keepMeters } from '../../packages/node/src/meters/keep-meters.ts'
import { pipelineMeters } from '../../packages/node/src/meters/pipeline-meters.ts'
import { redactMeter } from '../../packages/node/src/redact/open-redact.ts'
import { prometheusLabel, prometheusName, readProcessMetrics } from '../../packages/otlp/src/metrics-text.ts'

/** Names of labels of a metric. */
export type Labels = ReadonlySet<string>

type Named = {
  readonly name: string
  readonly kind: string
  readonly unit?: string | undefined
  readonly labels: readonly string[]
}

/** Nobody reads a value of these meters. */
const unread = (): never => {
  throw new Error('only the name is asked for')
}

/** All that packages of ours show to Prometheus, by those who show it. */
function listExported(): Named[] {
  return [
    ...pipelineMeters(
      { status: unread, waitingBytes: unread },
      { started: new Float64Array(3), open: new Set() },
    ),
    ...keepMeters(unread),
    ...busMeters(unread),
    redactMeter(unread),
    createTally('', 0).meter,
    createSpanTally('', 0).meter,
    ...Object.values(alertMetricTable),
    ...Object.values(earlyMetricTable),
    ...Object.values(patternMetricTable),
    ...Object.values(deskMetricTable),
    ...readProcessMetrics().map((metric) => ({ ...metric, labels: [] })),
  ]
}

/** What Prometheus adds to whatever it scrapes. https://prometheus.io/docs/concepts/jobs_instances/ */
const scraped = ['job', 'instance']

/** Series by name, with their labels: those that are exported, and what Prometheus has of itself. */
export function exportedSeries(): Map<string, Labels> {
  const series = new Map<string, Labels>([
    ['up', new Set(scraped)],
    ['ALERTS', new Set(['alertname', 'alertstate'])],
  ])
  for (const { name: given, kind, unit, labels } of listExported()) {
    const name = prometheusName(given, kind, unit)
    const own = [...labels.map(prometheusLabel), ...scraped]
    if (kind !== 'histogram') series.set(name, new Set(own))
    else {
      series.set(`${name}_bucket`, new Set([...own, 'le']))
      for (const ending of ['_sum', '_count']) series.set(`${name}${ending}`, new Set(own))
    }
  }
  return series
}

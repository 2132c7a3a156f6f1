import { severityBands } from '@clew/otlp'
import type { Metric, MetricRow, MetricValue } from '@clew/otlp/metrics-text'
import { shortText } from '@clew/otlp/text'
import type { PatternTally } from '../early/pattern-tally.ts'

type Key = 'events' | 'fresh' | 'active'

/** Metrics of the templates of lines that rules of type `early` look at. */
export const patternMetricTable: Readonly<Record<Key, MetricRow>> = {
  events: row('counter', 'log_pattern_events_total', 'Log lines by template.', [
    'pattern',
    'template',
    'level',
  ]),
  fresh: row('counter', 'log_pattern_new_total', 'Templates of which no line ever came before.', ['level']),
  active: row('gauge', 'log_patterns_active', 'Templates of which lines came lately.', []),
}

function row(kind: MetricRow['kind'], name: string, help: string, labels: readonly string[]): MetricRow {
  return { name, kind, help, labels }
}

const others = { pattern: '_other', template: '_other' }

/** What was counted, as it is shown: of a template the levels that its lines had. */
export function patternMetrics(tally: PatternTally): Metric[] {
  const { shown, other, began, active } = tally.read()
  const own = shown.flatMap(({ id, text, lines }) => {
    const of = { pattern: String(id), template: shortText(text) }
    return byLevel(lines, of).filter(({ value }) => value > 0)
  })
  return [
    { ...patternMetricTable.events, values: [...own, ...byLevel(other, others)] },
    { ...patternMetricTable.fresh, values: byLevel(began, {}) },
    { ...patternMetricTable.active, values: [{ labels: {}, value: active }] },
  ]
}

function byLevel(counts: readonly number[], labels: MetricValue['labels']): MetricValue[] {
  return counts.map((value, band) => ({ labels: { ...labels, level: severityBands[band]! }, value }))
}

import { safeText } from '@clew/otlp/text'
import { computed } from '@preact/signals'
import type { MetricSeries } from '../../../api/index.ts'
import { formatBytes } from '../../format.ts'
import { language } from '../../i18n/words.ts'

export type Metric = MetricSeries['metric']

const figures = computed(() => new Intl.NumberFormat(language.value, { maximumSignificantDigits: 4 }))

/** What is drawn of a metric, with its unit: `12.5 ms`, `3 request/s`; – where there is nothing. */
export function drawnText(value: number | null, metric: Metric): string {
  const unit = unitOf(metric)
  return figureText(value, metric.kind === 'counter' ? `${unit}/s` : unit)
}

/** How much or how many in all: of a histogram or summary, pieces. */
export function totalText({ kind, total, ...metric }: Metric): string {
  return figureText(total, kind === 'histogram' || kind === 'summary' ? '' : unitOf(metric))
}

function figureText(value: number | null, unit: string): string {
  if (value !== null && value >= 0 && /^By(\/s)?$/.test(unit)) return formatBytes(value) + unit.slice(2)
  return value === null
    ? '–'
    : `${figures.value.format(value)}${unit.startsWith('/') ? '' : ' '}${unit}`.trim()
}

/** By UCUM: what stands in braces is a word, and 1 is nothing. */
function unitOf({ unit }: Pick<Metric, 'unit'>): string {
  return unit === '1' ? '' : safeText(unit.replaceAll(/[{}]/g, ''))
}

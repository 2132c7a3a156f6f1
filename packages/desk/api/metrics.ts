import { choice, count, list, nullable, number, object, type Static, text } from './schema.ts'

const metric = object({
  key: text('To ask for its series.'),
  name: text(),
  kind: choice(['gauge', 'sum', 'counter', 'histogram', 'summary']),
  unit: text('By UCUM.'),
  description: text(),
  services: list(text(), 'At most 20.'),
  series: count(),
  lastUnixMs: number('The newest point.'),
  value: nullable(
    number(
      'What is drawn of the newest point: of a counter what came per second, of a histogram or summary the mean of what came since the point before.',
    ),
  ),
  high: nullable(number('Of a histogram its 95th percentile, of a summary its highest quantile.')),
  total: nullable(
    number('Of a counter or sum all; of a histogram or summary how many; of a gauge its value.'),
  ),
})
export type MetricRow = Static<typeof metric>

/** `GET /api/metrics`: in the order of their names. */
export const metricPage = object({
  metrics: list(metric),
  series: count(),
  maxSeries: count('More than these are not kept.'),
  points: count('That came since the start.'),
  notKept: count('Points of series beyond the limits.'),
})
export type MetricPage = Static<typeof metricPage>

/** `GET /api/metrics/series`: at most 50 series, those that were written to last. */
export const metricSeries = object({
  metric,
  series: list(
    object({
      service: text(),
      instance: text('service.instance.id'),
      attributes: text('As `key=value`.'),
      lastUnixMs: number(),
      total: nullable(number()),
      unixMs: list(number(), 'Times of the points, the oldest first.'),
      values: list(nullable(number())),
      highs: list(nullable(number())),
      exemplars: list(
        object({ unixMs: number(), value: nullable(number()), traceId: text(), spanId: text() }),
        'Measurements that say in which span they were made.',
      ),
    }),
  ),
})
export type MetricSeries = Static<typeof metricSeries>

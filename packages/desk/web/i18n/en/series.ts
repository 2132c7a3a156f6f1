export const series = {
  title: 'Metrics',
  none: 'No metrics yet',
  connect:
    'What an OpenTelemetry SDK or collector sends to /v1/metrics or over gRPC is shown here. It is kept in memory.',
  name: 'Name',
  kind: 'Kind',
  kinds: { gauge: 'gauge', sum: 'sum', counter: 'counter', histogram: 'histogram', summary: 'summary' },
  last: 'Last',
  mean: 'mean',
  high: '95th percentile',
  highest: 'highest quantile',
  total: 'Total',
  count: 'Series',
  services: 'Services',
  at: 'At',
  kept: (series: string, most: string) =>
    `${series} of at most ${most} series, with their newest 240 points, in memory until the desk ends.`,
  notKept: (points: string) => `${points} points were not kept: there were too many series.`,
  shown: (shown: string, all: string) => `${shown} of ${all} series, those that were written to last`,
  close: 'Close',
  tooFew: 'Nothing can be drawn yet.',
  label: (last: string, least: string, most: string, from: string, to: string) =>
    `Last ${last}; from ${least} to ${most}, ${from} to ${to}`,
  exemplars: (count: string) => `Exemplars: ${count}`,
  openChain: (at: string, traceId: string) => `${at}, chain ${traceId}`,
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseFormat, type Metric, type MetricValue, openMetrics, plainText } from './metrics-text.ts'

function metric(kind: Metric['kind'], name: string, values: MetricValue[], help = 'What it is.'): Metric {
  return { name, kind, help, values }
}

const exemplar = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), timeUnixMs: 1_700_000_000_123.4 }
const awkward = 'a\\b"c\nd'
const metrics = [
  metric('counter', 'log_events_total', [
    { labels: { level: 'error', module: awkward }, value: 3, exemplar },
  ]),
  metric('gauge', 'waiting', [{ labels: {}, value: 0.5, exemplar: undefined }], `Help ${awkward}`),
]

test('plain text names the counter as its sample, escapes help without quotes and shows no exemplar', () => {
  expect(plainText.write(metrics)).toBe(
    [
      '# HELP log_events_total What it is.',
      '# TYPE log_events_total counter',
      'log_events_total{level="error",module="a\\\\b\\"c\\nd"} 3',
      '# HELP waiting Help a\\\\b"c\\nd',
      '# TYPE waiting gauge',
      'waiting 0.5',
      '',
    ].join('\n'),
  )
})

test('OpenMetrics names the family without _total, escapes quotes of help, shows exemplars and ends in EOF', () => {
  expect(openMetrics.write(metrics)).toBe(
    [
      '# HELP log_events What it is.',
      '# TYPE log_events counter',
      `log_events_total{level="error",module="a\\\\b\\"c\\nd"} 3 # {trace_id="${exemplar.traceId}",span_id="${exemplar.spanId}"} 1 1700000000.123`,
      '# HELP waiting Help a\\\\b\\"c\\nd',
      '# TYPE waiting gauge',
      'waiting 0.5',
      '# EOF',
      '',
    ].join('\n'),
  )
})

test('numbers that are none have the names of the format', () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21]
  const text = plainText.write([
    metric(
      'gauge',
      'x',
      values.map((value) => ({ labels: {}, value })),
    ),
  ])
  expect(text.split('\n').slice(2)).toEqual(['x NaN', 'x +Inf', 'x -Inf', 'x 1e+21', ''])
})

test('any label is one line, from which it can be read again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const written = plainText.write([metric('gauge', 'x', [{ labels: { l: text }, value: 1 }])])
      const [, , line, rest] = written.split('\n')
      const unescaped = /^x\{l="(.*)"\} 1$/s
        .exec(line!)?.[1]
        ?.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character))
      expect([unescaped, rest]).toEqual([text, ''])
    }),
  )
})

test.each([
  [
    'Prometheus 2',
    'application/openmetrics-text; version=1.0.0,application/openmetrics-text; version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    openMetrics,
  ],
  [
    'Prometheus 3',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    openMetrics,
  ],
  [
    'an agent that likes plain text better',
    'text/plain;version=0.0.4,application/openmetrics-text;q=0.5',
    plainText,
  ],
  ['one that refuses OpenMetrics', 'application/openmetrics-text;q=0', plainText],
  ['one that wants an OpenMetrics to come', 'application/openmetrics-text;version="9.0.0"', plainText],
  ['a quoted version', 'Application/OpenMetrics-Text; Version="1.0.0"', openMetrics],
  ['a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', plainText],
  ['nonsense', ';;,=,q=1;;q=x', plainText],
  ['none', undefined, plainText],
])('%s gets its format', (_who, accept, expected) => {
  expect(chooseFormat(accept)).toBe(expected)
})

test('a histogram is its buckets, each with all below it, its sum and its count; an updown is a gauge', () => {
  const buckets = { bounds: [0.01, 1], counts: [2, 0, 1] }
  const text = plainText.write([
    {
      ...metric('histogram', 'took.long', [{ labels: { 'error.type': '503' }, value: 2.5, buckets }]),
      unit: 's',
    },
    { ...metric('updown', 'clew.queue.usage', [{ labels: {}, value: 7 }]), unit: 'By' },
  ])
  expect(text).toBe(
    [
      '# HELP took_long_seconds What it is.',
      '# TYPE took_long_seconds histogram',
      'took_long_seconds_bucket{error_type="503",le="0.01"} 2',
      'took_long_seconds_bucket{error_type="503",le="1"} 2',
      'took_long_seconds_bucket{error_type="503",le="+Inf"} 3',
      'took_long_seconds_sum{error_type="503"} 2.5',
      'took_long_seconds_count{error_type="503"} 3',
      '# HELP clew_queue_usage_bytes What it is.',
      '# TYPE clew_queue_usage_bytes gauge',
      'clew_queue_usage_bytes 7',
      '',
    ].join('\n'),
  )
})

import { listMeters, type Meter, type MeterValue, reportThrown } from '@clew/core'
import manifest from '@clew/node/package.json' with { type: 'json' }
import { type Attributes, encodeMetricsRequest, type NumberPoint, type OtlpMetric } from '@clew/otlp'

export type CollectorOptions = {
  resource: Readonly<Record<string, unknown>>
  /** Unix milliseconds. */
  now: () => number
}

type Times = Pick<NumberPoint, 'startTimeUnixNano' | 'timeUnixNano'>
type Read = { meter: Meter; values: readonly MeterValue[] }

const cumulative = 2
/** Attributes that are no text. */
const numbers: ReadonlySet<string> = new Set(['server.port'])

/**
 * Collects all meters of this process, each time as an `ExportMetricsServiceRequest`; with `onlyNews` undefined where no count has changed
 * since the last time. Loaded where metrics are sent. Never throws: one that cannot be read is reported and left out.
 */
export function createCollector({
  resource,
  now,
}: CollectorOptions): (onlyNews: boolean) => Buffer | undefined {
  const startTimeUnixNano = nanos(now())
  let last = ''
  return (onlyNews) => {
    const read = listMeters().flatMap(readMeter)
    // A gauge changes by itself.
    const counts = JSON.stringify(
      read.flatMap(({ meter, values }) => (meter.kind === 'gauge' ? [] : [meter.name, values])),
    )
    if (onlyNews && counts === last) return undefined
    last = counts
    const times = { startTimeUnixNano, timeUnixNano: nanos(now()) }
    const scope = { name: '@clew/node', version: manifest.version, attributes: {}, droppedAttributesCount: 0 }
    return encodeMetricsRequest([
      {
        resource: { attributes: resource as Attributes, droppedAttributesCount: 0 },
        schemaUrl: '',
        scopeMetrics: [{ scope, schemaUrl: '', metrics: read.map((one) => metricOf(one, times)) }],
      },
    ])
  }
}

function readMeter(meter: Meter): Read[] {
  try {
    const values = meter.read()
    return values.length === 0 ? [] : [{ meter, values }]
  } catch (error) {
    reportThrown(`reading ${meter.name}`, error)
    return []
  }
}

function metricOf({ meter, values }: Read, times: Times): OtlpMetric {
  const { name, help, kind, unit = '' } = meter
  const kinds = { gauge: undefined, sum: undefined, histogram: undefined }
  const nothing = { ...kinds, exponentialHistogram: undefined, summary: undefined }
  const metric = { name, description: help, unit, ...nothing }
  if (kind === 'histogram')
    return {
      ...metric,
      histogram: {
        dataPoints: values.map((value) => histogramPoint(value, times)),
        aggregationTemporality: cumulative,
      },
    }
  // One series does not change its type: what is counted by pieces or bytes is whole.
  const isWhole = unit === 'By' || unit.startsWith('{')
  const dataPoints = values.map((value) => numberPoint(value, times, isWhole))
  if (kind === 'gauge') return { ...metric, gauge: { dataPoints } }
  const isMonotonic = kind === 'counter'
  return { ...metric, sum: { dataPoints, isMonotonic, aggregationTemporality: cumulative } }
}

function numberPoint({ labels, value }: MeterValue, times: Times, isWhole: boolean): NumberPoint {
  const number = isWhole
    ? { asInt: Math.round(value), asDouble: undefined }
    : { asInt: undefined, asDouble: value }
  return { attributes: attributesOf(labels), ...times, ...number, flags: 0, exemplars: [] }
}

function histogramPoint({ labels, value, buckets }: MeterValue, times: Times) {
  const { bounds = [], counts = [] } = buckets ?? {}
  const count = BigInt(counts.reduce((sum, one) => sum + one, 0))
  const facts = { count, sum: value, bucketCounts: [...counts], explicitBounds: [...bounds] }
  const rest = { flags: 0, exemplars: [], min: undefined, max: undefined }
  return { attributes: attributesOf(labels), ...times, ...facts, ...rest }
}

function attributesOf(labels: Readonly<Record<string, string>>): Attributes {
  return Object.fromEntries(
    Object.entries(labels).map(([key, text]) => [key, numbers.has(key) ? Number(text) : text]),
  )
}

function nanos(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * 1_000_000n
}

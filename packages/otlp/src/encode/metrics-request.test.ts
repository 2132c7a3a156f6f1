import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMetricsRequest } from '../decode/message.ts'
import { parseMetricsJson } from '../json/parse.ts'
import { metricsToJson } from '../json/write.ts'
import type {
  Attributes,
  Exemplar,
  ExponentialPoint,
  HistogramPoint,
  NumberPoint,
  OtlpMetric,
  ResourceMetrics,
  SummaryPoint,
} from '../model.ts'
import { encodeMetricsRequest } from './model-request.ts'

type Message = { decode(bytes: Uint8Array): object; toObject(message: object, options: object): object }
type Root = {
  opentelemetry: { proto: { collector: { metrics: { v1: { ExportMetricsServiceRequest: Message } } } } }
}

/** The decoder that protobufjs generated for OpenTelemetry JS. */
const { ExportMetricsServiceRequest } = (
  createRequire(import.meta.url)('otlp-transformer-0.57/build/src/generated/root.js') as Root
).opentelemetry.proto.collector.metrics.v1

const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const whole = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
const double = fc.oneof(fc.double(), fc.constantFrom(0, -0, 0.1, Number.NaN, Number.POSITIVE_INFINITY))
const attributes = fc
  .dictionary(fc.constantFrom('error.type', 'otel.component.name', 'x'), fc.string({ maxLength: 8 }))
  .map((given) => Object.assign(Object.create(null), given) as Attributes)
const times = {
  ...{ attributes, startTimeUnixNano: nanos, timeUnixNano: nanos },
  flags: fc.nat({ max: 3 }),
}
const maybe = fc.option(double, { nil: undefined })
const exemplar: fc.Arbitrary<Exemplar> = fc.record({
  ...{ filteredAttributes: attributes, timeUnixNano: nanos },
  ...{ asDouble: double, asInt: fc.constant(undefined) },
  spanId: fc.constantFrom('', '00f067aa0ba902b7'),
  traceId: fc.constantFrom('', '4bf92f3577b34da6a3ce929d0e0e4736'),
})
const exemplars = fc.array(exemplar, { maxLength: 2 })
const numberPoint: fc.Arbitrary<NumberPoint> = fc.oneof(
  fc.record({ ...times, exemplars, asDouble: fc.constant(undefined), asInt: whole }),
  fc.record({ ...times, exemplars, asDouble: double, asInt: fc.constant(undefined) }),
)
const histogramPoint: fc.Arbitrary<HistogramPoint> = fc.record({
  ...times,
  count: nanos,
  sum: fc.option(double, { nil: undefined }),
  bucketCounts: fc.array(fc.maxSafeNat(), { maxLength: 4 }),
  explicitBounds: fc.array(double, { maxLength: 3 }),
  ...{ exemplars, min: maybe, max: maybe },
})
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const buckets = fc.record({ offset: int32, bucketCounts: fc.array(fc.maxSafeNat(), { maxLength: 4 }) })
const exponentialPoint: fc.Arbitrary<ExponentialPoint> = fc.record({
  ...{
    ...times,
    count: nanos,
    sum: maybe,
    scale: int32,
    zeroCount: nanos,
    positive: buckets,
    negative: buckets,
  },
  ...{ exemplars, min: maybe, max: maybe, zeroThreshold: maybe },
})
const summaryPoint: fc.Arbitrary<SummaryPoint> = fc.record({
  ...{ ...times, count: nanos, sum: maybe },
  quantileValues: fc.array(fc.record({ quantile: maybe, value: maybe }), { maxLength: 3 }),
})
const nothing = {
  ...{ gauge: undefined, sum: undefined, histogram: undefined },
  ...{ exponentialHistogram: undefined, summary: undefined },
}
const numbers = fc.array(numberPoint, { maxLength: 3 })
const aggregationTemporality = fc.constantFrom(0, 1, 2)
const metric: fc.Arbitrary<OtlpMetric> = fc
  .tuple(
    fc.record({
      name: fc.string(),
      description: fc.string(),
      unit: fc.constantFrom('', 's', '{log_record}'),
    }),
    fc.oneof(
      fc.record({ gauge: fc.record({ dataPoints: numbers }) }),
      fc.record({
        sum: fc.record({ dataPoints: numbers, aggregationTemporality, isMonotonic: fc.boolean() }),
      }),
      fc.record({
        histogram: fc.record({
          dataPoints: fc.array(histogramPoint, { maxLength: 3 }),
          aggregationTemporality,
        }),
      }),
      fc.record({
        exponentialHistogram: fc.record({
          dataPoints: fc.array(exponentialPoint, { maxLength: 3 }),
          aggregationTemporality,
        }),
      }),
      fc.record({ summary: fc.record({ dataPoints: fc.array(summaryPoint, { maxLength: 3 }) }) }),
    ),
  )
  .map(([named, data]) => ({ ...named, ...nothing, ...data }))
const of = { attributes, droppedAttributesCount: fc.constant(0) }
const request: fc.Arbitrary<ResourceMetrics[]> = fc.array(
  fc.record({
    resource: fc.record(of),
    schemaUrl: fc.string({ maxLength: 3 }),
    scopeMetrics: fc.array(
      fc.record({
        scope: fc.record({ name: fc.string(), version: fc.string(), ...of }),
        schemaUrl: fc.constant(''),
        metrics: fc.array(metric, { maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 2 },
)

test('metrics of every shape come back from bytes and from JSON as they were', () => {
  fc.assert(
    fc.property(request, (metrics) => {
      expect(decodeMetricsRequest(encodeMetricsRequest(metrics))).toEqual(metrics)
      expect(parseMetricsJson(metricsToJson(metrics))).toEqual(metrics)
    }),
  )
})

test('the decoder of another project reads each field where the .proto file has it', () => {
  const at = { startTimeUnixNano: 1n, timeUnixNano: 2n }
  const point: NumberPoint = {
    ...{ ...at, attributes: { 'error.type': 'queue_full' }, asDouble: undefined, asInt: 0 },
    ...{ flags: 0, exemplars: [] },
  }
  const exemplified: Exemplar = {
    ...{ filteredAttributes: {}, timeUnixNano: 2n, asDouble: 0.01, asInt: undefined },
    ...{ spanId: '0102030405060708', traceId: '' },
  }
  const bytes = encodeMetricsRequest([
    {
      resource: { attributes: { 'service.name': 'shop' }, droppedAttributesCount: 0 },
      schemaUrl: '',
      scopeMetrics: [
        {
          scope: { name: 'clew', version: '1', attributes: {}, droppedAttributesCount: 0 },
          schemaUrl: '',
          metrics: [
            {
              ...{ name: 'a', description: 'b', unit: '{log_record}', ...nothing },
              sum: { dataPoints: [point], aggregationTemporality: 2, isMonotonic: true },
            },
            {
              ...{ name: 'c', description: '', unit: 's', ...nothing },
              gauge: { dataPoints: [{ ...point, attributes: {}, asDouble: 1.5, asInt: undefined }] },
            },
            {
              ...{ name: 'd', description: '', unit: 's', ...nothing },
              histogram: {
                dataPoints: [
                  {
                    ...{ ...at, attributes: {}, count: 3n, sum: 0.5 },
                    ...{ bucketCounts: [1, 0, 2], explicitBounds: [0.005, 0.01] },
                    ...{ flags: 0, exemplars: [exemplified], min: 0.001, max: undefined },
                  },
                ],
                aggregationTemporality: 2,
              },
            },
            {
              ...{ name: 'e', description: '', unit: 's', ...nothing },
              exponentialHistogram: {
                dataPoints: [
                  {
                    ...{ ...at, attributes: {}, flags: 0, count: 300n, sum: 1, scale: -3, zeroCount: 2n },
                    positive: { offset: -7, bucketCounts: [1, 297] },
                    negative: { offset: 0, bucketCounts: [] },
                    ...{ exemplars: [], min: undefined, max: undefined, zeroThreshold: undefined },
                  },
                ],
                aggregationTemporality: 1,
              },
            },
            {
              ...{ name: 'f', description: '', unit: 's', ...nothing },
              summary: {
                dataPoints: [
                  {
                    ...{ ...at, attributes: {}, flags: 0, count: 3n, sum: 1 },
                    quantileValues: [{ quantile: 0.5, value: 2 }],
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  ])
  const read = ExportMetricsServiceRequest.decode(bytes)
  expect(ExportMetricsServiceRequest.toObject(read, { longs: Number })).toEqual({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeMetrics: [
          {
            scope: { name: 'clew', version: '1' },
            metrics: [
              {
                ...{ name: 'a', description: 'b', unit: '{log_record}' },
                sum: {
                  dataPoints: [
                    {
                      ...{ startTimeUnixNano: 1, timeUnixNano: 2, asInt: 0 },
                      attributes: [{ key: 'error.type', value: { stringValue: 'queue_full' } }],
                    },
                  ],
                  ...{ aggregationTemporality: 2, isMonotonic: true },
                },
              },
              {
                ...{ name: 'c', unit: 's' },
                gauge: { dataPoints: [{ startTimeUnixNano: 1, timeUnixNano: 2, asDouble: 1.5 }] },
              },
              {
                ...{ name: 'd', unit: 's' },
                histogram: {
                  dataPoints: [
                    {
                      ...{ startTimeUnixNano: 1, timeUnixNano: 2, count: 3, sum: 0.5 },
                      ...{ bucketCounts: [1, 0, 2], explicitBounds: [0.005, 0.01], min: 0.001 },
                      exemplars: [
                        { timeUnixNano: 2, asDouble: 0.01, spanId: Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]) },
                      ],
                    },
                  ],
                  aggregationTemporality: 2,
                },
              },
              {
                ...{ name: 'e', unit: 's' },
                exponentialHistogram: {
                  dataPoints: [
                    {
                      ...{
                        startTimeUnixNano: 1,
                        timeUnixNano: 2,
                        count: 300,
                        sum: 1,
                        scale: -3,
                        zeroCount: 2,
                      },
                      positive: { offset: -7, bucketCounts: [1, 297] },
                    },
                  ],
                  aggregationTemporality: 1,
                },
              },
              {
                ...{ name: 'f', unit: 's' },
                summary: {
                  dataPoints: [
                    {
                      ...{ startTimeUnixNano: 1, timeUnixNano: 2, count: 3, sum: 1 },
                      quantileValues: [{ quantile: 0.5, value: 2 }],
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  })
})

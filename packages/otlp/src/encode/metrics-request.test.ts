import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMetricsRequest } from '../decode/message.ts'
import { parseMetricsJson } from '../json/parse.ts'
import { metricsToJson } from '../json/write.ts'
import type { Attributes, HistogramPoint, NumberPoint, OtlpMetric, ResourceMetrics } from '../model.ts'
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
const times = { attributes, startTimeUnixNano: nanos, timeUnixNano: nanos }
const numberPoint: fc.Arbitrary<NumberPoint> = fc.oneof(
  fc.record({ ...times, asDouble: fc.constant(undefined), asInt: whole }),
  fc.record({ ...times, asDouble: double, asInt: fc.constant(undefined) }),
)
const histogramPoint: fc.Arbitrary<HistogramPoint> = fc.record({
  ...times,
  count: nanos,
  sum: fc.option(double, { nil: undefined }),
  bucketCounts: fc.array(fc.maxSafeNat(), { maxLength: 4 }),
  explicitBounds: fc.array(double, { maxLength: 3 }),
})
const nothing = { gauge: undefined, sum: undefined, histogram: undefined }
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
                  },
                ],
                aggregationTemporality: 2,
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
                      ...{ bucketCounts: [1, 0, 2], explicitBounds: [0.005, 0.01] },
                    },
                  ],
                  aggregationTemporality: 2,
                },
              },
            ],
          },
        ],
      },
    ],
  })
})

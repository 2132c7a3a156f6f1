import { defaultLimits } from '@clew/otlp'
import { describe, expect, it } from 'vitest'
import { endpoints, longestMs, pipeline, plain, type Row, read } from '../../test/config-rig.ts'

const general: Row[] = [
  ['nothing gives the defaults', {}, {}],
  [
    'empty variables are unset',
    { OTEL_SERVICE_NAME: '', CLEW_EXIT: ' ', OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_CONFIG_FILE: '' },
    {},
  ],
  ['records can have their format strings', { CLEW_LOG_TEMPLATES: 'true' }, { logTemplates: true }],
  ['the SDK can be disabled', { OTEL_SDK_DISABLED: 'true' }, { disabled: true }],
  [
    'only "true" disables the SDK',
    { OTEL_SDK_DISABLED: 'yes' },
    {},
    ['OTEL_SDK_DISABLED: "yes" counts as false; write true or false; in force: false'],
  ],
  [
    'the name of the service goes before that of the resource attributes',
    {
      OTEL_SERVICE_NAME: 'orders',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=a%2Cb',
    },
    { service: { name: 'orders', attributes: { 'deployment.environment.name': 'a,b' } } },
  ],
  [
    'resource attributes name the service',
    { OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' },
    { service: { name: 'other', attributes: {} } },
  ],
  [
    'bad pairs of resource attributes are told, the others stay',
    { OTEL_RESOURCE_ATTRIBUTES: 'a=1,nonsense,b=%' },
    { service: { name: undefined, attributes: { a: '1' } } },
    [
      'OTEL_RESOURCE_ATTRIBUTES: pair 2 has no name; write name=value; in force: the rest',
      'OTEL_RESOURCE_ATTRIBUTES: the value of "b" is not percent-encoded; write % as %25; in force: the rest',
    ],
  ],
  [
    'propagators are taken once each, if their package is there',
    { OTEL_PROPAGATORS: 'tracecontext,b3,tracecontext,jaeger,xray' },
    { propagators: ['tracecontext', 'b3'] },
    [
      'OTEL_PROPAGATORS: "xray" is unknown; write tracecontext, baggage, b3, b3multi, jaeger or none; in force: the rest',
      'OTEL_PROPAGATORS: "jaeger" needs a package; run npm install @opentelemetry/propagator-jaeger; in force: the rest',
    ],
  ],
  [
    'the stable names are asked for, and those of what is not joined',
    { OTEL_SEMCONV_STABILITY_OPT_IN: 'http, database,messaging,rpc/dup,gen_ai_latest_experimental' },
    {},
  ],
  [
    'the former names beside the stable ones are told in one line',
    { OTEL_SEMCONV_STABILITY_OPT_IN: 'http/dup,database/dup,code' },
    {},
    [
      'OTEL_SEMCONV_STABILITY_OPT_IN: "http/dup" and "database/dup": the former names are not written beside the stable ones; write http,database,code; in force: http,database,code',
    ],
  ],
  ['propagators can be none', { OTEL_PROPAGATORS: 'none' }, { propagators: [] }],
  [
    'the sampler has its ratio',
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' },
    { sampler: { name: 'parentbased_traceidratio', ratio: 0.01 } },
  ],
  [
    'an unknown sampler and a ratio out of range are not used',
    { OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_TRACES_SAMPLER_ARG: '2' },
    {},
    [
      'OTEL_TRACES_SAMPLER: "jaeger_remote" is unknown; write always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio; in force: parentbased_always_on',
      'OTEL_TRACES_SAMPLER_ARG: "2" is not a share; write a number from 0 to 1, such as 0.25; in force: 1',
    ],
  ],
  [
    'common limits hold for spans and records, own ones go before them',
    {
      OTEL_ATTRIBUTE_COUNT_LIMIT: '10',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '20',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '5',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '3',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '50',
    },
    {
      spanLimits: {
        attributeCount: 20,
        attributeValueLength: 100,
        eventCount: 5,
        linkCount: 128,
        attributePerEventCount: 10,
        attributePerLinkCount: 3,
      },
      logLimits: { ...defaultLimits, attributeCount: 10, attributeValueLength: 50 },
    },
  ],
  [
    'a delay is whole milliseconds that a timer can wait; a timeout of 0 is without end',
    { OTEL_BSP_SCHEDULE_DELAY: '30d', OTEL_BLRP_SCHEDULE_DELAY: '25d', OTEL_EXPORTER_OTLP_TIMEOUT: '0' },
    {
      ...pipeline({ scheduleDelayMs: longestMs }),
      ...endpoints({ timeoutMs: longestMs }, { timeoutMs: longestMs }),
    },
  ],
  ['a delay is not 0 by rounding', { OTEL_BSP_SCHEDULE_DELAY: '100us' }, pipeline({ scheduleDelayMs: 1 })],
  [
    'the shorter delay counts',
    { OTEL_BSP_SCHEDULE_DELAY: '5000', OTEL_BLRP_SCHEDULE_DELAY: '200' },
    pipeline({ scheduleDelayMs: 200 }),
  ],
  ['the log level is any case', { OTEL_LOG_LEVEL: 'DEBUG' }, { logLevel: 'debug' }],
  ['detectors are chosen', { OTEL_NODE_RESOURCE_DETECTORS: 'env,host' }, { resourceDetectors: 'env,host' }],
]

describe('readConfig() of the environment', () => {
  it.each(general)('%s', (_, env, expected, problems = []) => {
    expect(read(env)).toEqual({ config: { ...plain, ...expected }, problems })
  })
})

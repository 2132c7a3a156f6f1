// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what a file has
import { describe, expect, it, test } from 'vitest'
import { files, plain, read, readOtel } from '../../test/config-rig.ts'
import type { ClewConfig } from './read-config.ts'

/** What stands in the file beside what a row is about: with it all is as it is without a file. */
type Parts = {
  top?: string
  resource?: string
  propagator?: string
  traces?: string
  logs?: string
  exporter?: string
  kind?: string
  delay?: number
}

const batch = (delay: number, kind: string, exporter: string): string =>
  `processors: [{ batch: { schedule_delay: ${delay}, exporter: { ${kind}: { ${exporter} } } } }]`

function fileOf({
  top = '',
  resource = 'detection/development: { detectors: [{ host: }, { process: }, { service: }] }',
  propagator = 'composite: [{ tracecontext: }, { baggage: }]',
  traces = '',
  logs = 'limits: { attribute_value_length_limit: 32768 }',
  exporter = 'compression: none',
  kind = 'otlp_http',
  delay = 500,
}: Parts): string {
  return `file_format: "1.1"
${top}
resource: { ${resource} }
propagator: { ${propagator} }
tracer_provider: { ${batch(delay, kind, exporter)}, ${traces} }
logger_provider: { ${batch(delay, kind, exporter)}, ${logs} }
`
}

const detectors = { OTEL_NODE_RESOURCE_DETECTORS: 'host,os,process,serviceinstance' }
const tls = {
  OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem',
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '/cert.pem',
  OTEL_EXPORTER_OTLP_CLIENT_KEY: '/key.pem',
}
Object.assign(files, {
  '/ca.pem': files['ca.pem'],
  '/cert.pem': files['cert.pem'],
  '/key.pem': files['key.pem'],
})
const tlsFiles = 'tls: { ca_file: /ca.pem, cert_file: /cert.pem, key_file: /key.pem'
const kept = 'attribute_value_length_limit: 32768'
const based = (root: string): string => `sampler: { parent_based: { root: ${root} } }`

/** A variable, and what says the same in a file. */
const rows: [variables: Record<string, string>, parts: Parts][] = [
  [{}, {}],
  [{ OTEL_SDK_DISABLED: 'true' }, { top: 'disabled: true' }],
  [{ OTEL_LOG_LEVEL: 'warn' }, { top: 'log_level: warn2' }],
  [{ OTEL_LOG_LEVEL: 'all' }, { top: 'log_level: trace' }],
  [{ OTEL_LOG_LEVEL: 'none' }, { top: 'log_level: fatal' }],
  [
    { OTEL_SERVICE_NAME: 'shop' },
    {
      resource:
        'attributes: [{ name: service.name, value: shop }], detection/development: { detectors: [{ host: }, { process: }, { service: }] }',
    },
  ],
  [
    { OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b,service.name=shop' },
    {
      resource:
        'attributes_list: "team=a%20b,service.name=shop", detection/development: { detectors: [{ host: }, { process: }, { service: }] }',
    },
  ],
  [{ OTEL_NODE_RESOURCE_DETECTORS: 'none' }, { resource: '' }],
  [{ OTEL_PROPAGATORS: 'none' }, { propagator: '' }],
  [
    { OTEL_PROPAGATORS: 'b3multi,tracecontext' },
    { propagator: 'composite: [{ b3multi: }], composite_list: "b3multi,tracecontext"' },
  ],
  [{ OTEL_TRACES_SAMPLER: 'always_on' }, { traces: 'sampler: { always_on: }' }],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, { traces: 'sampler: { always_off: {} }' }],
  [
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
    { traces: 'sampler: { trace_id_ratio_based: { ratio: 0.25 } }' },
  ],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, { traces: based('{ always_on: }') }],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, { traces: based('{ always_off: }') }],
  [
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
    { traces: based('{ trace_id_ratio_based: { ratio: 0.5 } }') },
  ],
  [{ OTEL_BSP_SCHEDULE_DELAY: '40', OTEL_BLRP_SCHEDULE_DELAY: '40' }, { delay: 40 }],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c:4318' },
    { exporter: 'compression: gzip, endpoint: "https://c:4318/v1/$SIGNAL"' },
  ],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, { exporter: 'compression: none, encoding: json' }],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, { kind: 'otlp_grpc' }],
  [
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
    },
    { kind: 'otlp_grpc', exporter: 'compression: gzip, endpoint: "c:4317", tls: { insecure: true }' },
  ],
  [
    { OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc,x=1' },
    {
      exporter:
        'compression: none, headers_list: "Authorization=Bearer%20abc,x=2", headers: [{ name: X, value: "1" }]',
    },
  ],
  [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'none' }, { exporter: 'compression: none' }],
  [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'none' }, { exporter: '' }],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '3000' }, { exporter: 'compression: none, timeout: 3000' }],
  [{ OTEL_EXPORTER_OTLP_TIMEOUT: '0' }, { exporter: 'compression: none, timeout: 0' }],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c', ...tls },
    { exporter: `compression: gzip, endpoint: "https://c/v1/$SIGNAL", ${tlsFiles} }` },
  ],
  [
    {
      OTEL_ATTRIBUTE_COUNT_LIMIT: '9',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '128',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '128',
    },
    { top: 'attribute_limits: { attribute_count_limit: 9 }' },
  ],
  [
    { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '9' },
    { top: 'attribute_limits: { attribute_value_length_limit: 9 }', logs: '' },
  ],
  [{ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '7' }, { traces: 'limits: { attribute_count_limit: 7 }' }],
  [
    { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '7' },
    { traces: 'limits: { attribute_value_length_limit: 7 }' },
  ],
  [{ OTEL_SPAN_EVENT_COUNT_LIMIT: '7' }, { traces: 'limits: { event_count_limit: 7 }' }],
  [{ OTEL_SPAN_LINK_COUNT_LIMIT: '7' }, { traces: 'limits: { link_count_limit: 7 }' }],
  [{ OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '7' }, { traces: 'limits: { event_attribute_count_limit: 7 }' }],
  [{ OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '7' }, { traces: 'limits: { link_attribute_count_limit: 7 }' }],
  [{ OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '7' }, { logs: `limits: { ${kept}, attribute_count_limit: 7 }` }],
  [
    { OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '7' },
    { logs: 'limits: { attribute_value_length_limit: 7 }' },
  ],
]

const comparable = (config: ClewConfig): ClewConfig => ({
  ...config,
  otelFile: undefined,
  resourceDetectors: config.resourceDetectors?.split(',').toSorted().join(','),
})

describe('the file and the variables', () => {
  it.each(rows)('%j is the same in a file', (variables, parts) => {
    const text = fileOf(parts).replace('$SIGNAL', 'traces').replace('$SIGNAL', 'logs')
    const [byFile, byVariables] = [readOtel(text), read({ ...detectors, ...variables })]
    expect({ ...byFile, config: comparable(byFile.config) }).toEqual({
      ...byVariables,
      config: comparable(byVariables.config),
    })
  })

  it('exporters are what processors have', () => {
    const processors = (...kinds: string[]): string =>
      `processors: [${kinds.map((kind) => `{ simple: { exporter: { ${kind}: } } }`).join(', ')}]`
    const text = `file_format: "1.1"
tracer_provider: { ${processors('console')} }
logger_provider: { ${processors('console', 'otlp_http')} }
`
    const variables = {
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_LOGS_EXPORTER: 'console,otlp',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
    }
    const [{ config: byFile }, { config: byVariables }] = [readOtel(text), read(variables)]
    expect([byFile.traces, byFile.logs]).toEqual([byVariables.traces, byVariables.logs])
  })
})

test('no other variable of OpenTelemetry counts, nor what clew.yaml has in place of one', () => {
  const env = {
    OTEL_CONFIG_FILE: 'otel.yaml',
    OTEL_SERVICE_NAME: 'lost',
    OTEL_SDK_DISABLED: 'true',
    OTEL_TRACES_SAMPLER: 'always_off',
    OTEL_RESOURCE_ATTRIBUTES: 'team=referred',
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    OTEL_EXPERIMENTAL_CONFIG_FILE: 'old.yaml',
    CLEW_QUIET: 'true',
  }
  const clewYaml = 'service: { name: lost-too }\npipeline: { exit: off }\notlp: { headers: { a: b } }\n'
  const text = 'file_format: "1.1"\nresource: { attributes_list: "${OTEL_RESOURCE_ATTRIBUTES}" }\n'
  const { config, problems } = readOtel(text, env, clewYaml)
  const { disabled, service, sampler, quiet, pipeline } = config
  expect({ disabled, service, sampler, quiet, exit: pipeline.exit, problems }).toEqual({
    disabled: false,
    service: { name: undefined, attributes: { team: 'referred' } },
    sampler: plain.sampler,
    quiet: true,
    exit: 'off',
    problems: [
      'OTEL_CONFIG_FILE: the file alone counts, so these do not: OTEL_SERVICE_NAME, OTEL_SDK_DISABLED, OTEL_TRACES_SAMPLER, OTEL_EXPERIMENTAL_CONFIG_FILE, clew.yaml:1: service.name, clew.yaml:3: otlp.headers; write what they say into the file, as ${OTEL_SERVICE_NAME} where a variable is to count',
    ],
  })
})

test('the detector of the service reads the name of the service', () => {
  const text = 'file_format: "1.1"\nresource: { detection/development: { detectors: [{ service: }] } }\n'
  const { config, problems } = readOtel(text, { OTEL_SERVICE_NAME: 'shop' })
  expect([config.service, problems]).toEqual([{ name: 'shop', attributes: {} }, []])
})

test('the former name of the variable is told', () => {
  expect(read({ OTEL_EXPERIMENTAL_CONFIG_FILE: 'otel.yaml' })).toEqual({
    config: plain,
    problems: [
      'OTEL_EXPERIMENTAL_CONFIG_FILE: it is not read; write OTEL_CONFIG_FILE; in force: the other variables',
    ],
  })
})

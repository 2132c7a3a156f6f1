import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import * as parser from 'yaml'
import { endpoints, plain, plainEndpoint, readOtel } from '../../../test/config-rig.ts'
import type { ClewConfig } from '../read-config.ts'
import { openOtelFile } from './open-otel-file.ts'

/** What a file that says nothing has in force. */
const bare: ClewConfig = {
  ...plain,
  otelFile: 'otel.yaml',
  resourceDetectors: 'none',
  propagators: [],
  traces: { endpoint: undefined, console: false },
  logs: { endpoint: undefined, console: false },
  logLimits: { ...plain.logLimits, attributeValueLength: 2 ** 31 - 1 },
}
const off: ClewConfig = {
  ...plain,
  disabled: true,
  traces: { endpoint: undefined, console: false },
  logs: { endpoint: undefined, console: false },
}
const end = 'OTEL_CONFIG_FILE: Clew does not start; correct the file, or unset the variable'

test('a file that says nothing has in force what the schema says', () => {
  expect(readOtel('file_format: "1.0"\n')).toEqual({ config: bare, problems: [] })
})

test('a provider that says nothing sends as the schema says, and what is Clew’s own stays', () => {
  const text = `file_format: "1.1"
tracer_provider: { processors: [{ batch: { exporter: { otlp_http: } } }] }
logger_provider: { processors: [{ batch: { exporter: { otlp_grpc: } } }] }
`
  expect(readOtel(text, { CLEW_EXIT: 'spool', CLEW_DISABLE: 'pg' })).toEqual({
    config: {
      ...bare,
      traces: { endpoint: { ...plainEndpoint('traces'), compression: 'none' }, console: false },
      logs: {
        endpoint: {
          ...plainEndpoint('logs'),
          ...{ protocol: 'grpc', url: 'http://localhost:4317', compression: 'none' },
        },
        console: false,
      },
      pipeline: { ...plain.pipeline, scheduleDelayMs: 1_000, exit: 'spool' },
      disabledInstrumentations: ['pg'],
    },
    problems: [],
  })
})

test('attributes have their types; the list comes after them, and the detector of the service last', () => {
  const text = `file_format: "1.1"
resource:
  attributes:
    - { name: service.name, value: orders }
    - { name: replicas, value: 3, type: int }
    - { name: share, value: 0.5, type: double }
    - { name: live, value: true, type: bool }
    - { name: zones, value: [a, b], type: string_array }
    - { name: ports, value: [80, 443], type: int_array }
    - { name: build, value: "\${BUILD}" }
    - name: commit
      value: \${BUILD}
    - name: missing
      value: \${MISSING}
    - { name: nothing, value: }
  attributes_list: team=a%20b,replicas=9
  detection/development:
    detectors: [{ service: }, { host: }]
`
  const env = { BUILD: '0123', OTEL_SERVICE_NAME: 'lost' }
  expect(readOtel(text, env)).toEqual({
    config: {
      ...bare,
      resourceDetectors: 'serviceinstance,host,os',
      service: {
        name: 'orders',
        attributes: {
          ...{ team: 'a b', replicas: 3, share: 0.5, live: true, zones: ['a', 'b'], ports: [80, 443] },
          ...{ build: '0123', commit: '0123' },
        },
      },
    },
    problems: [
      'otel.yaml:14:7: resource.attributes[8].value: MISSING is not set, so it is left out; set it, or write a default; in force: the rest',
    ],
  })
})

test('headers go before those of the list; one without its variable is told and left out', () => {
  const text = `file_format: "1.1"
tracer_provider:
  processors:
    - simple:
        exporter:
          otlp_http:
            headers:
              - name: X-Token
                value: \${TOKEN}
              - { name: x-lost, value: "\${LOST}" }
            headers_list: x-token=old,x-team=a%20b
`
  const { config, problems } = readOtel(text, { TOKEN: '123' })
  expect([config.traces.endpoint?.headers, config.pipeline.scheduleDelayMs, problems]).toEqual([
    { 'x-token': '123', 'x-team': 'a b' },
    0,
    [
      'otel.yaml:10:33: tracer_provider.processors[0].simple.exporter.otlp_http.headers[1].value: LOST is not set, so it is left out; set it, or write a default; in force: the rest',
    ],
  ])
})

test('a sampler based on the parent has one for each kind of parent', () => {
  const text = `file_format: "1.1"
tracer_provider:
  processors: [{ batch: { exporter: { console: } } }]
  sampler:
    parent_based:
      root: { parent_based: { root: { trace_id_ratio_based: { ratio: 0.25 } } } }
      remote_parent_sampled: { trace_id_ratio_based: { ratio: 0.5 } }
      remote_parent_not_sampled: { always_off: }
      local_parent_sampled: { always_on: }
      local_parent_not_sampled: { parent_based: }
`
  const { config, problems } = readOtel(text)
  expect([config.sampler, problems]).toEqual([
    {
      name: 'parentbased_traceidratio',
      ratio: 0.25,
      parents: {
        remoteSampled: { name: 'traceidratio', ratio: 0.5 },
        localNotSampled: { name: 'parentbased_always_on', ratio: 1 },
      },
    },
    [],
  ])
})

test('what the file names and we lack is told all together, and the rest is in force', () => {
  const text = `file_format: "1.4"
log_level: debug3
propagator: { composite: [{ xray: }, { tracecontext: }], composite_list: "baggage,ottrace,tracecontext" }
tracer_provider:
  processors:
    - batch:
        max_queue_size: 10
        exporter: { zipkin: }
    - batch:
        exporter: { otlp_http: { endpoint: "http://a/v1/traces", shiny: 1 } }
    - simple: { exporter: { otlp_http: { endpoint: "http://b/v1/traces" } } }
    - simple: { exporter: { console: } }
  sampler: { jaeger_remote/development: { endpoint: x } }
  tracer_configurator/development: {}
meter_provider: { readers: [] }
distribution: { other: {} }
spare: 1
`
  expect(readOtel(text)).toEqual({
    config: {
      ...bare,
      logLevel: 'debug',
      propagators: ['tracecontext', 'baggage'],
      traces: {
        endpoint: { ...plainEndpoint('traces'), url: 'http://a/v1/traces', compression: 'none' },
        console: true,
      },
      pipeline: { ...plain.pipeline, scheduleDelayMs: 5_000 },
    },
    problems: [
      'otel.yaml:1:1: file_format: version 1.4 of the schema is newer than 1.1; update @clew/node; in force: the rest',
      'otel.yaml:3:29: propagator.composite[0].xray: there is no such propagator; write tracecontext, baggage, b3, b3multi, jaeger; in force: the rest',
      'otel.yaml:3:58: propagator.composite_list: "ottrace" is unknown; write tracecontext, baggage, b3, b3multi, jaeger or none; in force: the rest',
      'otel.yaml:7:9: tracer_provider.processors[0].batch.max_queue_size: it is not supported; remove it: memory and spool are bounded in bytes, by CLEW_MAX_QUEUE_BYTES and CLEW_MAX_SPOOL_BYTES; in force: the rest',
      'otel.yaml:8:21: tracer_provider.processors[0].batch.exporter.zipkin: there is no such exporter; write otlp_http, otlp_grpc, console; in force: the rest',
      'otel.yaml:10:66: tracer_provider.processors[1].batch.exporter.otlp_http.shiny: it is not supported; remove it; in force: the rest',
      'otel.yaml:11:17: tracer_provider.processors[2].simple.exporter: a second receiver of traces is not supported; send to a Collector, which sends on to all of them; in force: the rest',
      'otel.yaml:13:14: tracer_provider.sampler.jaeger_remote/development: there is no such sampler; write always_on, always_off, trace_id_ratio_based, parent_based; in force: the default of the schema',
      'otel.yaml:14:3: tracer_provider.tracer_configurator/development: it is not supported; remove it; in force: the rest',
      'otel.yaml:15:1: meter_provider: it is not supported; remove it: metrics of Clew are read from @clew/prometheus-exporter, none are sent; in force: the rest',
      'otel.yaml:16:1: distribution: it is not supported; write options of Clew as CLEW_* variables, or into clew.yaml; in force: the rest',
      'otel.yaml:17:1: spare: nothing of that name is known; remove it; in force: the rest',
    ],
  })
})

test('what is wrong is told all together, and nothing of the file is in force', () => {
  const text = `file_format: "2.0"
disabled: "yes"
log_level: loud
resource:
  attributes:
    - { name: replicas, value: 3 }
    - { name: zone }
    - { name: port, value: http, type: int }
    - { name: size, value: 3, type: long }
  attributes_list: nameless
attribute_limits: { attribute_count_limit: -1, attribute_value_length_limt: 5 }
tracer_provider:
  processors:
    - batch:
        schedule_delay: 5s
        max_queue_size: 0
        exporter:
          otlp_http:
            endpoint: collector:4318
            compression: brotli
            encoding: yaml
            timeout: 1.5
            headers: [{ name: "x y", value: secret }]
            headers_list: authorization=%zzsecret
            tls: { ca_file: ca.pem, key_file: /lost.pem }
    - { batch: , simple: }
    - batch: {}
  sampler: { trace_id_ratio_based: { ratio: 2 } }
logger_provider: { processors: [] }
propagator: tracecontext
`
  expect(readOtel(text, { OTEL_SERVICE_NAME: 'not told' })).toEqual({
    config: off,
    problems: [
      'otel.yaml:1:1: file_format: version 2.0 of the schema is not known; write file_format: "1.1"',
      'otel.yaml:2:1: disabled: "yes" is not true or false; write true or false',
      'otel.yaml:3:1: log_level: "loud" is unknown; write trace, debug, info, warn, error or fatal',
      'otel.yaml:6:25: resource.attributes[0].value: it is not of the type string; write it in quotes, or give its type',
      'otel.yaml:7:7: resource.attributes[1]: value is missing; write it below',
      'otel.yaml:8:21: resource.attributes[2].value: it is not of the type int; write a value of that type',
      'otel.yaml:9:31: resource.attributes[3].type: "long" is unknown; write string, bool, int, double, string_array, bool_array, int_array or double_array',
      'otel.yaml:10:3: resource.attributes_list: pair 1 has no name; write name=value',
      'otel.yaml:11:21: attribute_limits.attribute_count_limit: "-1" is not a whole number; write one from 0 on',
      'otel.yaml:11:48: attribute_limits.attribute_value_length_limt: the schema has no such key; write attribute_value_length_limit',
      'otel.yaml:15:9: tracer_provider.processors[0].batch.schedule_delay: "5s" is not a whole number; write milliseconds, without a unit',
      'otel.yaml:16:9: tracer_provider.processors[0].batch.max_queue_size: "0" is not a whole number above 0; write one from 1 on',
      'otel.yaml:19:13: tracer_provider.processors[0].batch.exporter.otlp_http.endpoint: "collector:4318" has no scheme; write "http://collector:4318" or "https://collector:4318"',
      'otel.yaml:20:13: tracer_provider.processors[0].batch.exporter.otlp_http.compression: "brotli" is unknown; write gzip, zstd or none',
      'otel.yaml:21:13: tracer_provider.processors[0].batch.exporter.otlp_http.encoding: "yaml" is unknown; write protobuf or json',
      'otel.yaml:22:13: tracer_provider.processors[0].batch.exporter.otlp_http.timeout: "1.5" is not a whole number; write milliseconds, without a unit',
      'otel.yaml:23:23: tracer_provider.processors[0].batch.exporter.otlp_http.headers[0]: pair 1 has no name of a header; write name=value',
      'otel.yaml:24:13: tracer_provider.processors[0].batch.exporter.otlp_http.headers_list: the value of "authorization" is not percent-encoded; write % as %25',
      'otel.yaml:25:13: tracer_provider.processors[0].batch.exporter.otlp_http.tls: a client certificate needs its key and the other way round; write cert_file too',
      'otel.yaml:25:20: tracer_provider.processors[0].batch.exporter.otlp_http.tls.ca_file: the path is relative; write the whole path, from the root on',
      'otel.yaml:25:37: tracer_provider.processors[0].batch.exporter.otlp_http.tls.key_file: it cannot be read: ENOENT: no such file; write the path of a PEM file',
      'otel.yaml:26:7: tracer_provider.processors[1]: more than one processor; write one of them',
      'otel.yaml:27:7: tracer_provider.processors[2].batch: exporter is missing; write it below',
      'otel.yaml:28:38: tracer_provider.sampler.trace_id_ratio_based.ratio: "2" is not a share; write a number from 0 to 1, such as 0.25',
      'otel.yaml:29:20: logger_provider.processors: the list is empty; write "- " and a value a line',
      'otel.yaml:30:1: propagator: "tracecontext" is not a map; write below it composite, composite_list',
      end,
    ],
  })
})

describe('the file itself', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'clew-otel-file-'))
    writeFileSync(join(directory, 'large.yaml'), '#'.repeat(10 * 2 ** 20))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it.each([
    ['lost.yaml', 'it cannot be read: ENOENT: no such file or directory; write the path of a YAML file'],
    ['.', 'it is no file; write the path of a YAML file'],
    ['large.yaml', 'the file has more than 128 KiB; write the path of a configuration'],
  ])('%s is told', (name, problem) => {
    const readFile = (): string => ''
    const file = openOtelFile(join(directory, name), { path: name, parser, env: {}, readFile })
    expect([file.used, file.problems]).toEqual([undefined, [`OTEL_CONFIG_FILE: ${problem}`, end]])
  })
})

test('endpoints of both signals are read alike', () => {
  const exporter =
    '{ batch: { schedule_delay: 500, exporter: { otlp_grpc: { endpoint: "https://c:4317/x" } } } }'
  const text = `file_format: "1.1"
tracer_provider: { processors: [${exporter}] }
logger_provider: { processors: [${exporter}] }
`
  expect(readOtel(text).config).toEqual({
    ...bare,
    ...endpoints({ protocol: 'grpc', url: 'https://c:4317', compression: 'none' }),
  })
})

test('the example of the guide is right, and says what its text says', () => {
  const guide = readFileSync(
    join(import.meta.dirname, '../../../../../docs/guide/otel-config-file.md'),
    'utf8',
  )
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? []
  const env = { COLLECTOR: 'https://c', OTEL_RESOURCE_ATTRIBUTES: 'team=a', OTEL_SERVICE_NAME: 'x' }
  const { config, problems } = readOtel(example, env)
  expect([config.service, config.traces.endpoint?.url, config.sampler, problems]).toEqual([
    {
      name: 'orders',
      attributes: { 'deployment.environment.name': 'development', replicas: 3, team: 'a' },
    },
    'https://c/v1/traces',
    { name: 'parentbased_traceidratio', ratio: 0.25 },
    [],
  ])
})

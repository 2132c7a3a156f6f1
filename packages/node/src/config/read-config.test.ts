import type { OptionSpecs } from '@clew/core'
import { defaultLimits } from '@clew/otlp'
import type { Endpoint } from '@clew/pipeline'
import { describe, expect, it } from 'vitest'
import * as parser from 'yaml'
import { defaultSpanLimits } from '../tracer/span-limits.ts'
import { type ClewConfig, readConfig } from './read-config.ts'

const bullmq = {
  name: 'bullmq',
  options: {
    relation: { kind: 'choice', default: 'auto', values: ['auto', 'link', 'parent'], about: 'a' },
    queueRelations: { kind: 'map', default: {}, values: ['link', 'parent'], about: 'b' },
    ignoredQueues: { kind: 'list', default: [], about: 'c' },
    slowMs: { kind: 'number', default: 1000, min: 0, about: 'd' },
    producerSpans: { kind: 'boolean', default: false, about: 'e' },
    prefix: { kind: 'text', default: 'bull', about: 'f' },
  } as const satisfies OptionSpecs,
}

const files: Record<string, string> = {
  'ca.pem': '-----BEGIN CERTIFICATE-----\nca',
  'cert.pem': '-----BEGIN CERTIFICATE-----\ncert',
  'key.pem': '-----BEGIN PRIVATE KEY-----\nkey',
  'ca.der': '0\u0082',
}

function read(env: Record<string, string>, text?: string): { config: ClewConfig; problems: string[] } {
  return readConfig({
    env,
    yaml: text === undefined ? undefined : { path: 'clew.yaml', text, parser },
    instrumentations: [bullmq],
    readFile: (path) => {
      const file = files[path]
      if (file === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
      return file
    },
    isInstalled: (name) => name === '@opentelemetry/propagator-b3',
  })
}

const plainEndpoint = (signal: string): Endpoint => ({
  protocol: 'http/protobuf',
  url: `http://localhost:4318/v1/${signal}`,
  headers: {},
  compression: 'gzip',
  timeoutMs: 10_000,
})

const plain: ClewConfig = {
  disabled: false,
  quiet: false,
  alerts: undefined,
  logFilter: { level: undefined, where: undefined },
  keep: {
    ...{ rules: [], storm: undefined, maxPerSecond: undefined },
    hold: {
      ...{ maxBytes: 64 * 2 ** 20, holdMs: 30_000, releaseSeverity: 17, slowMs: undefined },
      releasesPerSecond: 50,
    },
  },
  service: { name: undefined, attributes: {} },
  resourceDetectors: undefined,
  traces: { endpoint: plainEndpoint('traces'), console: false },
  logs: { endpoint: plainEndpoint('logs'), console: false },
  propagators: ['tracecontext', 'baggage'],
  sampler: { name: 'parentbased_always_on', ratio: 1 },
  spanLimits: defaultSpanLimits,
  logLimits: defaultLimits,
  logLevel: undefined,
  pipeline: {
    maxQueueBytes: 67_108_864,
    scheduleDelayMs: 500,
    spoolDirectory: undefined,
    maxSpoolBytes: 268_435_456,
    exit: 'flush',
    signals: true,
  },
  disabledInstrumentations: [],
  instrumentations: { bullmq: {} },
}

const endpoints = (logs: Partial<Endpoint>, traces: Partial<Endpoint> = logs): Partial<ClewConfig> => ({
  logs: { endpoint: { ...plainEndpoint('logs'), ...logs }, console: false },
  traces: { endpoint: { ...plainEndpoint('traces'), ...traces }, console: false },
})
const bothUrls = (base: string): Partial<ClewConfig> =>
  endpoints({ url: `${base}/v1/logs` }, { url: `${base}/v1/traces` })
const pipeline = (given: Partial<ClewConfig['pipeline']>): Partial<ClewConfig> => ({
  pipeline: { ...plain.pipeline, ...given },
})

// What a timer of Node.js can wait.
const longestMs = 2 ** 31 - 1

type Row = [what: string, env: Record<string, string>, expected: Partial<ClewConfig>, problems?: string[]]

const general: Row[] = [
  ['nothing gives the defaults', {}, {}],
  [
    'empty variables are unset',
    { OTEL_SERVICE_NAME: '', CLEW_EXIT: ' ', OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_CONFIG_FILE: '' },
    {},
  ],
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
  [
    'the configuration file of the SDK is refused',
    { OTEL_CONFIG_FILE: 'otel.yaml' },
    {},
    [
      'OTEL_CONFIG_FILE: the preload does not read it; write clew.yaml, or use clewSdk() with startNodeSDK() of @opentelemetry/sdk-node; in force: the other variables',
    ],
  ],
]

const own: Row[] = [
  [
    'the pipeline takes sizes, a folder and switches',
    {
      CLEW_MAX_QUEUE_BYTES: '16MiB',
      CLEW_MAX_SPOOL_BYTES: '1GB',
      CLEW_SPOOL_DIR: '/var/spool/clew',
      CLEW_EXIT: 'spool',
      CLEW_SIGNALS: 'off',
      CLEW_QUIET: '1',
    },
    {
      quiet: true,
      ...pipeline({
        maxQueueBytes: 16_777_216,
        maxSpoolBytes: 1_000_000_000,
        spoolDirectory: '/var/spool/clew',
        exit: 'spool',
        signals: false,
      }),
    },
  ],
  ['the spool can be off', { CLEW_SPOOL_DIR: 'off' }, pipeline({ spoolDirectory: false })],
  [
    'all problems are told together',
    { CLEW_MAX_QUEUE_BYTES: 'much', CLEW_EXIT: 'now', CLEW_SIGNALS: 'perhaps' },
    {},
    [
      'CLEW_MAX_QUEUE_BYTES: "much" is not a size; write "64MiB", "500kB" or a number of bytes; in force: 64MiB',
      'CLEW_EXIT: "now" is unknown; write flush, spool or off; in force: flush',
      'CLEW_SIGNALS: "perhaps" is neither on nor off; write true or false; in force: on',
    ],
  ],
  [
    'a unit that is the name of a property is none',
    { CLEW_MAX_QUEUE_BYTES: '5constructor', OTEL_EXPORTER_OTLP_TIMEOUT: '5toString' },
    {},
    [
      'OTEL_EXPORTER_OTLP_TIMEOUT: "5toString" has no unit that is known; write "5s", "500ms" or a number of milliseconds; in force: 10s',
      'CLEW_MAX_QUEUE_BYTES: "5constructor" has no unit that is known; write "64MiB", "500kB" or a number of bytes; in force: 64MiB',
    ],
  ],
  [
    'instrumentations are disabled; one that is misspelt is told, one that is absent is not',
    { CLEW_DISABLE: 'bulmq,mongodb' },
    { disabledInstrumentations: ['bulmq', 'mongodb'] },
    ['CLEW_DISABLE: "bulmq" is not installed; write "bullmq"; in force: the rest'],
  ],
  [
    'each kind of option of an instrumentation has a variable',
    {
      CLEW_BULLMQ_RELATION: 'link',
      CLEW_BULLMQ_QUEUE_RELATIONS: 'mails=link,orders=parent',
      CLEW_BULLMQ_IGNORED_QUEUES: 'a,b',
      CLEW_BULLMQ_SLOW_MS: '250',
      CLEW_BULLMQ_PRODUCER_SPANS: 'on',
      CLEW_BULLMQ_PREFIX: 'jobs',
    },
    {
      instrumentations: {
        bullmq: {
          relation: 'link',
          queueRelations: { mails: 'link', orders: 'parent' },
          ignoredQueues: ['a', 'b'],
          slowMs: 250,
          producerSpans: true,
          prefix: 'jobs',
        },
      },
    },
  ],
  [
    'options that cannot be used are told with the default that is in force',
    { CLEW_BULLMQ_RELATION: 'sibling', CLEW_BULLMQ_SLOW_MS: '-1' },
    {},
    [
      'CLEW_BULLMQ_RELATION: "sibling" is unknown; write auto, link or parent; in force: auto',
      'CLEW_BULLMQ_SLOW_MS: "-1" is below 0; write 0 or more; in force: 1000',
    ],
  ],
  [
    'unknown variables are told with the nearest name; those of the alerts and the desk are not ours',
    {
      CLEW_EXITS: 'off',
      CLEW_BULLMQ_RELATIONS: 'link',
      CLEW_WHATEVER: '1',
      CLEW_DESK_PORT: '1',
      CLEW_ALERT_X: '1',
    },
    {},
    [
      'CLEW_EXITS: nothing of that name can be configured; write CLEW_EXIT',
      'CLEW_BULLMQ_RELATIONS: nothing of that name can be configured; write CLEW_BULLMQ_RELATION',
      'CLEW_WHATEVER: nothing of that name can be configured; remove it, or install the @clew package that it is for (npx clew doctor lists those in use)',
    ],
  ],
]

const tls = { ca: files['ca.pem']!, cert: files['cert.pem']!, key: files['key.pem']! }
const otlp: Row[] = [
  [
    'exporters can be none',
    { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    {
      traces: { endpoint: undefined, console: false },
      logs: { endpoint: undefined, console: false },
    },
  ],
  [
    'exporters can be the console, or both',
    { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'otlp,console' },
    {
      traces: { endpoint: undefined, console: true },
      logs: { endpoint: plainEndpoint('logs'), console: true },
    },
  ],
  [
    'an unknown exporter is not used',
    { OTEL_TRACES_EXPORTER: 'zipkin' },
    {},
    ['OTEL_TRACES_EXPORTER: "zipkin" is unknown; write otlp, console or none; in force: otlp'],
  ],
  [
    'the path of a signal is added',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' },
    bothUrls('http://c:4318'),
  ],
  ['with one slash', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, bothUrls('http://c:4318')],
  [
    'to the path that is there',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' },
    bothUrls('https://c/otlp'),
  ],
  [
    'before the query',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp?key=1' },
    endpoints({ url: 'https://c/otlp/v1/logs?key=1' }, { url: 'https://c/otlp/v1/traces?key=1' }),
  ],
  [
    "a signal's own address is used as it is, with at least the root path",
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://logs',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/in?x=1',
    },
    endpoints({ url: 'https://logs/' }, { url: 'https://t/in?x=1' }),
  ],
  [
    'an address without a scheme is not used',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    {},
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" has no scheme; write "http://collector:4318" or "https://collector:4318"; in force: http://localhost:4318',
    ],
  ],
  [
    'nor does it show its password',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'me:sec/ret@collector:4318' },
    {},
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT: "***@collector:4318" has no scheme; write "http://***@collector:4318" or "https://***@collector:4318"; in force: http://localhost:4318',
    ],
  ],
  [
    'an own address that is wrong falls back on the common one, and shows no password',
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'ftp://me:secret@host',
    },
    bothUrls('http://c:4318'),
    [
      'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "ftp://***@host" is no address of HTTP; write "http://collector:4318" or "https://…"; in force: OTEL_EXPORTER_OTLP_ENDPOINT',
    ],
  ],
  [
    'gRPC has its own default port and no path',
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    endpoints({ protocol: 'grpc', url: 'http://localhost:4317' }),
  ],
  [
    'gRPC without a scheme is secure',
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317' },
    endpoints({ protocol: 'grpc', url: 'https://c:4317' }),
  ],
  [
    'unless it is said to be insecure, for one signal or for both',
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4317',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
      OTEL_EXPORTER_OTLP_TRACES_INSECURE: 'false',
    },
    endpoints({ protocol: 'grpc', url: 'http://c:4317' }, { protocol: 'grpc', url: 'https://c:4317' }),
  ],
  [
    'the scheme goes before that, and a path is left out',
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c:4317/x',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
    },
    endpoints({ protocol: 'grpc', url: 'https://c:4317' }),
  ],
  [
    'gRPC over a socket file is not possible',
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: 'unix:///run/otel' },
    endpoints({ protocol: 'grpc', url: 'http://localhost:4317' }),
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT: "unix:///run/otel" is no target that can be reached; write "http://collector:4317" or "https://…"; in force: http://localhost:4317',
    ],
  ],
  [
    'each option of a signal goes before the common one; headers are joined',
    {
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc,x=1',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x=2',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '1500',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    },
    endpoints(
      { headers: { authorization: 'Bearer abc', x: '2' }, compression: 'none', timeoutMs: 1_500 },
      {
        protocol: 'http/json',
        headers: { authorization: 'Bearer abc', x: '1' },
        compression: 'gzip',
        timeoutMs: 3_000,
      },
    ),
  ],
  [
    'a problem of a common option is told once, and never the value of a header',
    { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=%zzsecret', OTEL_EXPORTER_OTLP_COMPRESSION: 'brotli' },
    {},
    [
      'OTEL_EXPORTER_OTLP_HEADERS: the value of "authorization" is not percent-encoded; write % as %25; in force: none',
      'OTEL_EXPORTER_OTLP_COMPRESSION: "brotli" is unknown; write gzip, zstd or none; in force: gzip',
    ],
  ],
  [
    'certificates are read for a secure connection',
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'cert.pem',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: 'key.pem',
    },
    endpoints({ url: 'https://c/v1/logs', tls }, { url: 'http://c/' }),
  ],
  [
    'a key in the place of its path is not shown',
    {
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/v1/traces',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: files['key.pem']!,
    },
    {
      logs: { endpoint: undefined, console: false },
      traces: { endpoint: { ...plainEndpoint('traces'), url: 'https://c/v1/traces' }, console: false },
    },
    ['OTEL_EXPORTER_OTLP_CLIENT_KEY: it is the text of a PEM file; write the path of one; in force: none'],
  ],
  [
    'certificates that cannot be read are told',
    {
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.der',
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'cert.pem',
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: 'lost.pem',
    },
    {
      logs: { endpoint: undefined, console: false },
      traces: { endpoint: { ...plainEndpoint('traces'), url: 'https://c/v1/traces' }, console: false },
    },
    [
      "OTEL_EXPORTER_OTLP_CERTIFICATE: the file is no PEM file; write the path of one; in force: the system's",
      'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: it cannot be read: ENOENT: no such file; write the path of a PEM file; in force: none',
      'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: a client certificate needs its key and the other way round; in force: neither',
    ],
  ],
]

describe('readConfig() of the environment', () => {
  it.each([...general, ...own, ...otlp])('%s', (_, env, expected, problems = []) => {
    expect(read(env)).toEqual({ config: { ...plain, ...expected }, problems })
  })
})

describe('readConfig() of clew.yaml', () => {
  it('takes the same options', () => {
    const text = `
service:
  name: orders
  attributes: { deployment.environment.name: production }
propagators: [tracecontext]
traces:
  sampler: traceidratio
  samplerRatio: 0.5
  endpoint: https://traces/in
otlp:
  headers: { Authorization: Bearer abc }
  timeout: 5s
logs: { exporter: console }
pipeline:
  maxQueueBytes: 16MiB
  spoolDirectory: off
  signals: false
limits: { eventCount: 3 }
disable: [pg]
quiet: true
bullmq:
  relation: link
  queueRelations: { mails: parent }
  ignoredQueues: [a, b]
  prefix:
alerts:
  - name: belongs to others
`
    expect(read({}, text)).toEqual({
      config: {
        ...plain,
        quiet: true,
        service: { name: 'orders', attributes: { 'deployment.environment.name': 'production' } },
        propagators: ['tracecontext'],
        sampler: { name: 'traceidratio', ratio: 0.5 },
        traces: {
          endpoint: {
            ...plainEndpoint('traces'),
            url: 'https://traces/in',
            headers: { authorization: 'Bearer abc' },
            timeoutMs: 5_000,
          },
          console: false,
        },
        logs: { endpoint: undefined, console: true },
        spanLimits: { ...defaultSpanLimits, eventCount: 3 },
        ...pipeline({ maxQueueBytes: 16_777_216, spoolDirectory: false, signals: false }),
        disabledInstrumentations: ['pg'],
        instrumentations: {
          bullmq: { relation: 'link', queueRelations: { mails: 'parent' }, ignoredQueues: ['a', 'b'] },
        },
      },
      problems: [],
    })
  })

  it('the environment goes before it; where that cannot be used the file is in force', () => {
    const env = { CLEW_EXIT: 'off', CLEW_MAX_QUEUE_BYTES: 'much' }
    expect(read(env, 'pipeline:\n  exit: spool\n  maxQueueBytes: 1MiB\n')).toEqual({
      config: { ...plain, ...pipeline({ exit: 'off', maxQueueBytes: 1_048_576 }) },
      problems: [
        'CLEW_MAX_QUEUE_BYTES: "much" is not a size; write "64MiB", "500kB" or a number of bytes; in force: clew.yaml:3: pipeline.maxQueueBytes',
      ],
    })
  })

  it.each([
    [
      'a value that cannot be used is told with its line',
      'quiet: true\npipeline:\n  exit: now\n',
      { quiet: true },
      ['clew.yaml:3: pipeline.exit: "now" is unknown; write flush, spool or off; in force: flush'],
    ],
    [
      'an unknown key is told with the nearest one',
      'pipeline:\n  maxQueuBytes: 1\nbulmq:\n  relation: link\nsomething: 1\n',
      {},
      [
        'clew.yaml:2: pipeline.maxQueuBytes: nothing of that name can be configured; write pipeline.maxQueueBytes',
        'clew.yaml:4: bulmq.relation: nothing of that name can be configured; write bullmq.relation',
        'clew.yaml:5: something: nothing of that name can be configured; remove it, or install the @clew package that it is for (npx clew doctor lists those in use)',
      ],
    ],
    [
      'a room without its options is told',
      'pipeline: fast\n',
      {},
      [
        'clew.yaml:1: pipeline: it has options below it; write maxQueueBytes, spoolDirectory, maxSpoolBytes, exit, signals',
      ],
    ],
    [
      'a file that is no YAML is not used',
      'quiet: true\nquiet: false\n',
      {},
      ['clew.yaml:2: Map keys must be unique; correct it, until then the file is not used'],
    ],
    [
      'a file that is no map is not used',
      '- quiet\n',
      {},
      ['clew.yaml:1: it is not a map; write one "option: value" per line'],
    ],
    ['an empty file is none', '# nothing yet\n', {}, []],
  ])('%s', (_, text, expected, problems) => {
    expect(read({}, text)).toEqual({ config: { ...plain, ...expected }, problems })
  })
})

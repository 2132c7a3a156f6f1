import { describe, expect, it } from 'vitest'
import { bothUrls, endpoints, files, plain, plainEndpoint, type Row, read } from '../../test/config-rig.ts'

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
  ...['http://127.0.0.1:4318', 'http://[::1]:4318', 'http://localhost:4318'].map(
    (base): Row => [
      `what stays on this machine is not packed: ${base}`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: base },
      endpoints(
        { url: `${base}/v1/logs`, compression: 'none' },
        { url: `${base}/v1/traces`, compression: 'none' },
      ),
    ],
  ),
  ['unless it is asked for', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, endpoints({ compression: 'gzip' })],
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
      'OTEL_EXPORTER_OTLP_COMPRESSION: "brotli" is unknown; write gzip, zstd or none; in force: gzip, to this machine none',
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
      traces: endpoints({ url: 'https://c/v1/traces' }).traces!,
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
      traces: endpoints({ url: 'https://c/v1/traces' }).traces!,
    },
    [
      "OTEL_EXPORTER_OTLP_CERTIFICATE: the file is no PEM file; write the path of one; in force: the system's",
      'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: it cannot be read: ENOENT: no such file; write the path of a PEM file; in force: none',
      'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: a client certificate needs its key and the other way round; in force: neither',
    ],
  ],
]

describe('readConfig() of the environment', () => {
  it.each(otlp)('%s', (_, env, expected, problems = []) => {
    expect(read(env)).toEqual({ config: { ...plain, ...expected }, problems })
  })
})

import { expect, test } from 'vitest'
import { parseGrpcTarget, parseHttpAddress, parseOtlpAddress, signalAddress } from './otlp-address.ts'
import type { Parsed } from './parsed.ts'

const faultsOf = ({ value, faults }: Parsed<unknown>): string[] => [
  ...(value === undefined ? [] : ['usable']),
  ...faults.map(({ found, remedy }) => `${found}; ${remedy}`),
]
const parse = parseOtlpAddress('CLEW_DESK_FORWARD_HEADERS')

test.for([
  [
    'http://host:4318',
    ['http/protobuf', 'http://host:4318', 'http://host:4318/v1/logs', 'http://host:4318/v1/traces'],
  ],
  ['https://host/', ['http/protobuf', 'https://host', 'https://host/v1/logs', 'https://host/v1/traces']],
  [
    'https://host/otlp/a//',
    ['http/protobuf', 'https://host/otlp/a', 'https://host/otlp/a/v1/logs', 'https://host/otlp/a/v1/traces'],
  ],
  [
    'http://[::1]:4318',
    ['http/protobuf', 'http://[::1]:4318', 'http://[::1]:4318/v1/logs', 'http://[::1]:4318/v1/traces'],
  ],
  ['grpc://host:4317', ['grpc', 'grpc://host:4317', 'http://host:4317', 'http://host:4317']],
  ['grpcs://host/', ['grpc', 'grpcs://host', 'https://host', 'https://host']],
] as const)('%s is where logs and traces go', ([text, expected]) => {
  const [protocol, url, logs, traces] = expected
  expect(parse(text)).toEqual({ value: { protocol, url, logs, traces }, faults: [] })
})

test.for([
  ['', '"" is no address to send to; write http://host:4318, https://host, grpc://host:4317 or grpcs://host'],
  [
    'me:secret@collector:4318',
    '"***@collector:4318" is no address to send to; write http://***@collector:4318 or grpc://***@collector:4318',
  ],
  [
    'collector:4318',
    '"collector:4318" is no address to send to; write http://collector:4318 or grpc://collector:4318',
  ],
  [
    'kafka://host:9092',
    '"kafka://host:9092" is no address to send to; write http://host:4318, https://host, grpc://host:4317 or grpcs://host',
  ],
  [
    'http://',
    '"http://" is no address to send to; write http://host:4318, https://host, grpc://host:4317 or grpcs://host',
  ],
  [
    'https://me:secret@host',
    '"https://***@host" has a user or a password; write them as authorization=Basic%20… in CLEW_DESK_FORWARD_HEADERS',
  ],
  ['http://host?key=1', '"http://host?key=***" has more than a path; leave away what is behind "?" or "#"'],
  [
    'http://host/v1/logs',
    '"http://host/v1/logs" is the address of one signal; leave /v1/… away, it is added for logs and for traces',
  ],
  ['grpc://host:4317/path', '"grpc://host:4317/path" has a path, but gRPC has none; write grpc://host:4317'],
] as const)('%j is refused with its remedy', ([text, message]) => {
  expect(faultsOf(parse(text))).toEqual([message])
})

test('an address of HTTP keeps its path and query under the path of a signal', () => {
  const shown = ['http://c:4318', 'https://c/otlp//?key=1'].map((text) =>
    signalAddress(parseHttpAddress(text).value!, 'logs'),
  )
  expect(shown).toEqual(['http://c:4318/v1/logs', 'https://c/otlp/v1/logs?key=1'])
})

test.each([
  ['c:4317', false, 'https://c:4317/'],
  ['c:4317', true, 'http://c:4317/'],
  ['https://c:4317/x', true, 'https://c:4317/x'],
] as const)('the target of gRPC %s, insecure: %s, is %s', (text, isInsecure, expected) => {
  expect(parseGrpcTarget(isInsecure)(text).value?.href).toBe(expected)
})

test('what is none is refused, without its secrets', () => {
  expect(
    [
      parseHttpAddress('me:secret@c:4318'),
      parseHttpAddress('ftp://me:secret@c'),
      parseHttpAddress(['http://c']),
      parseGrpcTarget(false)('unix:///run/otel'),
      parseGrpcTarget(false)('me:se/cret@c d'),
    ].flatMap(faultsOf),
  ).toEqual([
    '"***@c:4318" has no scheme; write "http://***@c:4318" or "https://***@c:4318"',
    '"ftp://***@c" is no address of HTTP; write "http://collector:4318" or "https://…"',
    '"" has no scheme; write "http://collector:4318" or "https://…"',
    '"unix:///run/otel" is no target that can be reached; write "http://collector:4317" or "https://…"',
    'a text of 14 characters is no target that can be reached; write "http://collector:4317" or "https://…"',
  ])
})

import { expect, test } from 'vitest'
import { parseEndpoint } from './parse-endpoint.ts'

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
  const { protocol, url, logs, traces } = parseEndpoint(text)
  expect([protocol, url, logs, traces]).toEqual(expected)
})

test.for([
  [
    '',
    '--forward "" is no address to send to; write http://host:4318, https://host, grpc://host:4317 or grpcs://host',
  ],
  [
    'collector:4318',
    '--forward "collector:4318" is no address to send to; write http://collector:4318 or grpc://collector:4318',
  ],
  [
    'kafka://host:9092',
    '--forward "kafka://host:9092" is no address to send to; write http://host:4318, https://host, grpc://host:4317 or grpcs://host',
  ],
  [
    'http://',
    '--forward "http://" is no address to send to; write http://host:4318, https://host, grpc://host:4317 or grpcs://host',
  ],
  [
    'https://me:secret@host',
    '--forward has a user or password in its address; write them as authorization=Basic%20… in CLEW_DESK_FORWARD_HEADERS',
  ],
  [
    'http://host?key=1',
    '--forward "http://host?key=1" has more than a path; leave away what is behind "?" or "#"',
  ],
  [
    'http://host/v1/logs',
    '--forward "http://host/v1/logs" is the address of one signal; leave /v1/… away, it is added for logs and for traces',
  ],
  [
    'grpc://host:4317/path',
    '--forward "grpc://host:4317/path" has a path, but gRPC has none; write grpc://host:4317',
  ],
] as const)('%j is refused with its remedy', ([text, message]) => {
  expect(() => parseEndpoint(text)).toThrow(new Error(message))
})

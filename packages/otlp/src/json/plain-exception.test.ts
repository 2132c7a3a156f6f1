import { expect, test } from 'vitest'
import { type JsonObject, readPlainLog } from './plain-log.ts'

const message = 'connect ECONNREFUSED 10.0.0.5:5432'
const stack = `Error: ${message}\n    at charge (/app/pay.js:7:11)`
const exception = (type: string, stacktrace?: string) => ({
  'exception.type': type,
  'exception.message': message,
  ...(stacktrace !== undefined && { 'exception.stacktrace': stacktrace }),
})
const java = `java.net.ConnectException: ${message}\n\tat shop.Pay.charge(Pay.java:7)\nCaused by: java.io.IOException: x\n\tat a.B.c(B.java:1)`
const dotnet = `System.Net.SocketException: ${message}\n ---> System.Exception: inner\n   at Shop.Pay.Charge() in /app/Pay.cs:line 7`
const traceback = `Traceback (most recent call last):\n  File "/app/pay.py", line 7, in charge\n    raise OSError()\nConnectionRefusedError: ${message}`
const goStack = 'main.charge\n\t/app/main.go:7'

test.each<[string, JsonObject, object]>([
  ['pino', { err: { type: 'Error', message, stack } }, exception('Error', stack)],
  [
    'pino, with more of the error',
    { err: { type: 'Error', message, stack, code: 'ECONNREFUSED', port: 5432 } },
    { ...exception('Error', stack), err: { code: 'ECONNREFUSED', port: 5432 } },
  ],
  ['bunyan', { err: { name: 'Error', message, stack }, v: 0 }, { ...exception('Error', stack), v: 0 }],
  ['an object error', { error: { type: 'TypeError', message, stack } }, exception('TypeError', stack)],
  ['winston', { stack, orderId: 7 }, { ...exception('Error', stack), orderId: 7 }],
  [
    'zap',
    { error: message, stacktrace: goStack },
    { 'exception.message': message, 'exception.stacktrace': goStack },
  ],
  ['slog', { err: message }, { 'exception.message': message }],
  [
    'slog with a trace',
    { error: { msg: message, trace: goStack } },
    { 'exception.message': message, 'exception.stacktrace': goStack },
  ],
  ['Serilog, compact', { '@x': dotnet }, exception('System.Net.SocketException', dotnet)],
  ['Serilog, JSON', { Exception: dotnet }, exception('System.Net.SocketException', dotnet)],
  [
    'ECS, flat',
    { 'error.type': 'Error', 'error.message': message, 'error.stack_trace': stack },
    exception('Error', stack),
  ],
  ['ECS, nested', { error: { type: 'Error', message, stack_trace: stack } }, exception('Error', stack)],
  ['logback', { stack_trace: java }, exception('java.net.ConnectException', java)],
  ['a formatter with exception', { exception: java }, exception('java.net.ConnectException', java)],
  [
    'Google Cloud',
    { jsonPayload: { exception: java } },
    { ...exception('java.net.ConnectException', java), jsonPayload: { exception: java } },
  ],
  ['python-json-logger', { exc_info: traceback }, exception('ConnectionRefusedError', traceback)],
  ['structlog', { exception: traceback }, exception('ConnectionRefusedError', traceback)],
  [
    'loguru',
    { record: { exception: { type: 'OSError', value: message, traceback: true } } },
    {
      ...exception('OSError'),
      record: { exception: { type: 'OSError', value: message, traceback: true } },
    },
  ],
  [
    'monolog',
    { context: { exception: { class: 'PDOException', message, trace: ['/app/a.php:1', '/app/b.php:2'] } } },
    {
      ...exception('PDOException', '/app/a.php:1\n/app/b.php:2'),
      context: { exception: { class: 'PDOException', message, trace: ['/app/a.php:1', '/app/b.php:2'] } },
    },
  ],
  [
    "Node's own code in the header",
    { stack: `TypeError [ERR_X]: ${message}\n    at a (b.js:1:1)` },
    exception('TypeError', `TypeError [ERR_X]: ${message}\n    at a (b.js:1:1)`),
  ],
])('an error of %s has the attributes of an exception', (_, fields, expected) => {
  const line = { level: 'error', time: 1764000000123, msg: 'charge failed', ...fields }
  const { body, attributes } = readPlainLog(line, 5).record
  expect([body, attributes]).toEqual(['charge failed', expected])
})

test.each<[string, JsonObject]>([
  ['an error that says nothing', { err: {} }],
  ['a list', { error: [message] }],
  ['flags', { error: true, exception: null, err: 5 }],
  ['an empty text', { error: '', err: '' }],
  ['a stack that is none', { stack: 'full stack developer: yes' }],
  ['where zap wrote a line', { stacktrace: goStack }],
  ["OTLP's names", { ...exception('Error', stack), err: { message: 'another' } }],
])('%s stays as it is', (_, fields) => {
  expect(readPlainLog({ msg: 'charge failed', ...fields }, 5).record.attributes).toEqual(fields)
})

test('a text of any shape is read in time that grows with its length', () => {
  const hostile = ['\n', '\n ', 'Error: ', 'a.', '\t', ' --->'].map((part) => part.repeat(300_000))
  for (const text of hostile)
    expect(readPlainLog({ msg: 'm', '@x': text, stack: text }, 5).record.body).toBe('m')
})

import { createRequire } from 'node:module'
import { Writable } from 'node:stream'
import { format } from 'node:util'
import {
  contextWithSpan,
  runInContext,
  type Stop,
  setRecordSink,
  setTemplates,
  startInstrumentation,
  stopAll,
  suppressedRoot,
} from '@clew/core'
import { pinoInstrumentation } from '@clew/pino'
import { recordLogs } from '@clew/testing'
import { winstonInstrumentation } from '@clew/winston'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import winston from 'winston'
import { consoleInstrumentation } from '../src/index.ts'

// The test runner has put a console of its own in the place of Node's.
const { Console } = createRequire(import.meta.url)('node:console') as typeof import('node:console')
const recorder = recordLogs()
let printed = ''
const stream = new Writable({
  write: (chunk, _encoding, done) => {
    printed += String(chunk)
    done()
  },
})
const console = new Console(stream)
let stops: Stop[] = []
beforeEach(() => {
  printed = ''
  recorder.clear()
  stops = [startInstrumentation(consoleInstrumentation)]
})
afterEach(() => stopAll(stops))

const brief = () =>
  recorder.logs.map(({ severityText, severityNumber, body }) => [severityText, severityNumber, body])

const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
const inSpan = <T>(work: () => T): T =>
  runInContext(contextWithSpan(ROOT_CONTEXT, trace.wrapSpanContext(ids)), work)

test.each([
  ['log', 9],
  ['info', 9],
  ['warn', 13],
  ['error', 17],
  ['debug', 5],
] as const)(
  '%s is a record of its severity in the context of its call, and is printed as it was',
  (method, severity) => {
    const args = [
      '%s has %d of %o',
      'Ada',
      3,
      { a: [1, { b: { c: 1 } }] },
      'and',
      { more: new Map([[1, 2]]) },
      7n,
    ]
    inSpan(() => console[method](...args))
    expect(printed).toBe(`${format(...args)}\n`)
    expect(recorder.logs).toEqual([
      {
        scope: '@clew/console',
        severityNumber: severity,
        severityText: method,
        body: format(...args),
        eventName: undefined,
        attributes: {},
        traceId: ids.traceId,
        spanId: ids.spanId,
        exception: undefined,
      },
    ])
  },
)

test.each([
  ['Error: 50%s off', [new Error('50%s off')]],
  ['Error: 50%s off x { a: 1 }', [new Error('50%s off'), 'x', { a: 1 }]],
  ['Error: 100%% x %d 3', [new Error('100%%'), 'x %d', 3]],
  ['x has Error: 50%d off 3', ['x has %s', new Error('50%d off'), 3]],
])('the message of an error is no format: %s', (body, args) => {
  console.error(...args)
  expect(recorder.logs.map((log) => log.body)).toEqual([body])
})

test('trace has the place of its call', () => {
  console.trace('here %s', 'we are')
  console.trace()
  console.error('Trace: no stack below')
  expect(printed).toMatch(/^Trace: here we are\n {4}at /)
  expect(brief()).toEqual([
    ['trace', 1, 'here we are'],
    ['trace', 1, ''],
    ['error', 17, 'Trace: no stack below'],
  ])
  expect(recorder.logs[0]?.attributes).toEqual({
    'code.stacktrace': expect.stringMatching(/^ {4}at .*console\.service\.test/),
  })
})

test('an error is the exception of its record, and by its message in the text', () => {
  const error = new RangeError('boom')
  console.error(error)
  console.error('failed:', error)
  expect(recorder.logs.map(({ body, exception }) => [body, exception])).toEqual([
    ['RangeError: boom', error],
    ['failed: RangeError: boom', error],
  ])
})

test('where it is wanted, a record has the format string of its call', () => {
  const stop = setTemplates()
  console.info('user %s paid %d', 'ann', 5)
  console.info('100%', 5)
  console.info('%s')
  console.info(new Error('50%s off'), 5)
  stop()
  console.info('user %s paid', 'bob')
  expect(recorder.logs.map(({ body, attributes }) => [body, attributes])).toEqual([
    ['user ann paid 5', { 'log.record.template': 'user %s paid %d' }],
    ['100% 5', {}],
    ['%s', {}],
    ['Error: 50%s off 5', {}],
    ['user bob paid', {}],
  ])
})

test('methods that print by others are records of these: assert, table, count, groups without their indentation', () => {
  console.assert(false, 'is %s', 'wrong')
  console.count('n')
  console.group('outer')
  console.info('inner')
  console.groupEnd()
  expect(printed).toContain('  inner\n')
  expect(brief()).toEqual([
    ['warn', 13, 'Assertion failed: is wrong'],
    ['log', 9, 'n: 1'],
    ['log', 9, 'outer'],
    ['info', 9, 'inner'],
  ])
})

test('a level leaves the calls below it alone', () => {
  stopAll(stops)
  stops = [startInstrumentation(consoleInstrumentation, { level: 'warn' })]
  console.log('not')
  console.trace('not')
  console.warn('yes')
  expect(brief()).toEqual([['warn', 13, 'yes']])
})

test('what the sink prints of a record, and what is printed where nothing is traced, is no record', () => {
  const bodies: unknown[] = []
  const undo = setRecordSink(({ body }) => {
    bodies.push(body)
    console.error('the sink failed')
  })
  console.log('once')
  runInContext(suppressedRoot, () => console.log('of our own sending'))
  undo()
  expect(bodies).toEqual(['once'])
})

test('lines that winston and pino print by the console have one record, theirs', () => {
  stops.push(startInstrumentation(winstonInstrumentation), startInstrumentation(pinoInstrumentation))
  const { Transport } = winston as unknown as { Transport: new (options: object) => winston.transport }
  const transport = new Transport({
    log: (info: { message: string }, next: () => void) => {
      console.log(info.message)
      next()
    },
  })
  const serializers = {
    a: () => {
      console.log('of a serializer')
      return 1
    },
  }
  winston.createLogger({ transports: [transport] }).info('by winston')
  pino({ serializers }, { write: (line) => console.log(line.trim()) }).info({ a: 1 }, 'by pino')
  console.log('by hand')
  expect(printed.trim().split('\n').length).toBe(4)
  expect(recorder.logs.map(({ scope, body }) => [scope, body])).toEqual([
    ['@clew/winston', 'by winston'],
    ['@clew/console', 'of a serializer'],
    ['@clew/pino', 'by pino'],
    ['@clew/console', 'by hand'],
  ])
})

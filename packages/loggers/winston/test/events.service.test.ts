import { defineEvent, setReporter, startInstrumentation } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import winston from 'winston'
import * as z from 'zod'
import { winstonInstrumentation, withEvents } from '../src/index.ts'
import { inSpan, loadWinston, printingLogger, spanContext, stamp, type Winston } from './printing-logger.ts'

declare module '@clew/core' {
  interface Events {
    payment_failed: { order_id: string; status: number; error?: Error; items?: readonly object[] }
  }
}

const recorder = recordLogs()
let stop = (): void => {}
beforeEach(() => {
  recorder.clear()
  stop = startInstrumentation(winstonInstrumentation)
})
afterEach(() => stop())

function eventLogger(library: Winston = winston, options: winston.LoggerOptions = {}) {
  const { logger, lines } = printingLogger(library, options)
  return { logger: withEvents(logger), plain: logger, printed: () => lines.map((line) => JSON.parse(line)) }
}
const brief = () =>
  recorder.logs.map(({ severityText, body, eventName, attributes }) => [
    severityText,
    body,
    eventName,
    attributes,
  ])

const values = { order_id: 'a1', status: 500, items: [{ sku: { id: 1 } }] }

test.each(['winston', 'winston33', 'winston38'])(
  'an event of %s is printed as other entries are, and its record has the name and the values as they are',
  (alias) => {
    const { logger, printed } = eventLogger(loadWinston(alias), { defaultMeta: { module: 'payments' } })
    inSpan(() => logger.event('payment_failed', values, { severity: 'error' }))
    expect(printed()).toEqual([
      { level: 'error', message: 'payment_failed', module: 'payments', ...values, ...stamp },
    ])
    expect(recorder.logs).toEqual([
      {
        scope: '@clew/winston',
        severityNumber: 17,
        severityText: 'error',
        body: 'payment_failed',
        eventName: 'payment_failed',
        attributes: { module: 'payments', ...values },
        traceId: spanContext.traceId,
        spanId: spanContext.spanId,
        exception: undefined,
      },
    ])
  },
)

test('an entry after an event is none, nor is one that a format writes meanwhile', () => {
  let inner = (): void => {}
  const { logger } = eventLogger(winston, {
    format: winston.format((info) => {
      inner()
      return info
    })(),
  })
  inner = () => {
    inner = () => {}
    logger.info('inner')
  }
  logger.event('payment_failed', values)
  logger.info('after')
  expect(recorder.logs.map(({ body, eventName }) => [body, eventName])).toEqual([
    ['payment_failed', 'payment_failed'],
    ['inner', undefined],
    ['after', undefined],
  ])
})

test('a format that makes new entries does not take the name away', () => {
  const renew: winston.Logform.Format = {
    transform: ({ level, message }) =>
      ({ level, message, [Symbol.for('level')]: level, [Symbol.for('message')]: message }) as never,
  }
  const { logger } = eventLogger(winston, { format: renew })
  logger.event('payment_failed', values)
  expect(brief()).toEqual([['info', 'payment_failed', 'payment_failed', {}]])
})

test('children of the logger write events with what is theirs', () => {
  const { logger } = eventLogger()
  logger.child({ module: 'payments' }).child({ part: 'cards' }).event('payment_failed', values)
  const attributes = { module: 'payments', part: 'cards', ...values }
  expect(brief()).toEqual([['info', 'payment_failed', 'payment_failed', attributes]])
})

test('an error among the values is the exception of the record', () => {
  const { logger } = eventLogger()
  const error = new TypeError('no money')
  logger.event('payment_failed', { order_id: 'a1', status: 500, error })
  expect(recorder.logs).toMatchObject([{ eventName: 'payment_failed', exception: error }])
})

test.each([
  ['npm', winston.config.npm.levels, ['silly', 'debug', 'info', 'warn', 'error', 'error']],
  ['syslog', winston.config.syslog.levels, ['debug', 'debug', 'info', 'warning', 'error', 'emerg']],
  ['own', { fatal: 0, loud: 1, trace: 2 }, ['trace', 'trace', 'trace', 'loud', 'loud', 'fatal']],
])('the severity of an event is the nearest of the levels of %s', (_, levels, expected) => {
  const level = Object.keys(levels).at(-1)!
  const { logger } = eventLogger(winston, { levels, level })
  for (const severity of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
    logger.event('payment_failed', values, { severity })
  expect(recorder.logs.map(({ severityText }) => severityText)).toEqual(expected)
})

test('an event below the level of the logger is neither printed nor sent', () => {
  const { logger, printed } = eventLogger(winston, { level: 'warn' })
  logger.event('payment_failed', values)
  expect([printed(), recorder.logs]).toEqual([[], []])
})

test('a bad event is reported, printed and sent with its mark', () => {
  const reports: string[] = []
  const restore = setReporter((code, message) => reports.push(`${code} ${message}`))
  const failed = defineEvent('payment_failed', z.object({ status: z.number() }), { severity: 'warn' })
  const { logger, printed } = eventLogger()
  logger.event(failed, { status: '500' } as never)
  restore()
  const fault = 'status: Invalid input: expected number, received string'
  const marked = { status: '500', 'clew.event.invalid': fault }
  expect(brief()).toEqual([['warn', 'payment_failed', 'payment_failed', marked]])
  expect(printed()).toEqual([{ level: 'warn', message: 'payment_failed', ...marked }])
  expect(reports).toEqual([
    `CLEW_EVENT_INVALID event payment_failed: ${fault}; send what its schema says, or change the schema`,
  ])
})

test('withEvents gives the logger back and leaves others and what is listed of it alone', () => {
  const { logger, plain } = eventLogger()
  const other = winston.createLogger()
  expect([logger === plain, withEvents(logger) === logger]).toEqual([true, true])
  expect(['event' in other, Object.keys(logger).includes('event')]).toEqual([false, false])
  const taken = winston.createLogger({ levels: { event: 0 } })
  expect(() => withEvents(taken)).toThrow(TypeError)
})

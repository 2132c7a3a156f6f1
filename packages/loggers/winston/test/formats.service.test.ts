import { setTemplates } from '@clew/core'
import { describe, expect, test } from 'vitest'
import winston from 'winston'
import { inSpan, printingLogger, stamp } from './printing-logger.ts'
import { brief, messageKey, recorder, start } from './sent-records.ts'

const { format } = winston

describe('formats', () => {
  function recordWith(logFormat: winston.Logform.Format, ...args: [string, ...unknown[]]) {
    const { logger, lines } = printingLogger(winston, { format: logFormat })
    inSpan(() => logger.info(...args))
    return { records: brief(), lines }
  }

  test.each([
    ['colorize({ all })', format.combine(format.colorize({ all: true }), format.simple())],
    ['colorize({ message })', format.combine(format.colorize({ message: true }), format.json())],
    ['cli()', format.cli()],
    ['padLevels()', format.combine(format.padLevels(), format.simple())],
    ['logstash()', format.combine(format.timestamp(), format.logstash())],
  ])('%s does not show in the record', (_name, logFormat) => {
    expect(recordWith(logFormat, 'say "hi"', { a: 1 }).records).toEqual([['info', 'say "hi"', { a: 1 }]])
  })

  test('splat() gives the message with its values, and what is left as attributes', () => {
    const logFormat = format.combine(format.splat(), format.json())
    expect(recordWith(logFormat, 'splat %s %d', 'abc', 42, { a: 1 }).records).toEqual([
      ['info', 'splat abc 42', { a: 1 }],
    ])
    expect(recorder.logs[0]?.exception).toBeUndefined()
  })

  test('where it is wanted, a record has the text that splat() put values into, and the line has not', () => {
    const stop = setTemplates()
    const logFormat = format.combine(format.splat(), format.json())
    const calls: [string, ...unknown[]][] = [
      ['user %s paid %d', 'ann', 5, { a: 1 }],
      ['100 %', { a: 1 }],
      ['100 %s'],
      ['paid', 5],
    ]
    const lines = calls.map((args) => recordWith(logFormat, ...args).lines)
    stop()
    recordWith(logFormat, 'user %s paid', 'bob')
    expect(brief()).toEqual([
      ['info', 'user ann paid 5', { a: 1, 'log.record.template': 'user %s paid %d' }],
      ['info', '100 %', { a: 1 }],
      ['info', '100 %s', {}],
      ['info', 'paid', {}],
      ['info', 'user bob paid', {}],
    ])
    expect(JSON.stringify(lines)).not.toContain('template')
  })

  test('an Error for a %s is the exception of the record', () => {
    const error = new TypeError('boom')
    recordWith(format.combine(format.splat(), format.json()), 'failed: %s', error)
    expect(recorder.logs.map(({ exception }) => exception)).toEqual([error])
  })

  test.each([{}, { stack: true }, { stack: true, cause: true }])('errors(%o) repeats nothing', (options) => {
    const error = Object.assign(new TypeError('boom', { cause: new Error('root') }), { code: 'E' })
    const { logger } = printingLogger(winston, {
      format: format.combine(format.errors(options), format.json()),
    })
    inSpan(() => logger.error(error))
    inSpan(() => logger.error('failed', error))
    expect(recorder.logs.map(({ body, attributes, exception }) => [body, attributes, exception])).toEqual([
      ['boom', { code: 'E' }, error],
      ['failed boom', { code: 'E' }, error],
    ])
  })

  test('a format that returns a new object is what the record is made of', () => {
    const renamed = format((info) => ({
      level: 'changed',
      message: 'new',
      was: info.message,
      id: info.trace_id,
    }))()
    const { records } = recordWith(renamed, 'old')
    expect(records).toEqual([['info', 'new', { was: 'old', id: stamp.trace_id }]])
    expect(recorder.logs[0]?.traceId).toBe(stamp.trace_id)
  })

  test('a message that a format has taken away is not sent', () => {
    const renamed = format(() => ({ level: 'info', [messageKey]: 'a line', text: '***' }) as never)()
    expect(recordWith(renamed, 'secret').records).toEqual([['info', undefined, { text: '***' }]])
  })

  test('an entry that a format filters has no record', () => {
    expect(recordWith(format(() => false)(), 'filtered')).toEqual({ records: [], lines: [] })
  })

  test('a format that throws throws at the call, and the next entry is sent', () => {
    let fails = true
    const failing = format((info) => {
      if (fails) throw new Error('bad format')
      return info
    })()
    const { logger } = printingLogger(winston, { format: failing })
    expect(() => logger.info('one')).toThrow('bad format')
    fails = false
    logger.info('two')
    expect(brief()).toEqual([['info', 'two', {}]])
  })

  test('printf and custom formats see the ids', () => {
    const { lines } = recordWith(
      format.printf(({ message, trace_id, span_id, trace_flags }) =>
        [message, trace_id, span_id, trace_flags].join(' '),
      ),
      'hi',
    )
    expect(lines).toEqual([`hi ${stamp.trace_id} ${stamp.span_id} 01`])
  })

  test("a stamp that a user's own format sets is no attribute", () => {
    const own = format.combine(
      format((info) => Object.assign(info, { trace_id: stamp.trace_id, span_id: stamp.span_id }))(),
      format.json(),
    )
    start({ stamp: false })
    expect(recordWith(own, 'hi').records).toEqual([['info', 'hi', {}]])
  })
})

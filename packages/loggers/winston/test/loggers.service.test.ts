import { startInstrumentation } from '@clew/core'
import { describe, expect, test } from 'vitest'
import winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'
import { inSpan, printingLogger, stamp } from './printing-logger.ts'
import { brief, start, stop } from './sent-records.ts'

describe('loggers', () => {
  test('defaultMeta, child and call meta are on the record as winston puts them on the line', () => {
    const { logger, lines } = printingLogger(winston, { defaultMeta: { service: 'orders', a: 'default' } })
    inSpan(() => logger.child({ a: 'child', b: 'child' }).info('hi', { b: 'call' }))
    const meta = { service: 'orders', a: 'default', b: 'call' }
    expect(brief()).toEqual([['info', 'hi', meta]])
    expect(JSON.parse(lines[0]!)).toEqual({ level: 'info', message: 'hi', ...meta, ...stamp })
  })

  test('the default logger of winston.info is stamped and sent', () => {
    const { logger, lines } = printingLogger(winston, {})
    winston.configure({ transports: logger.transports, level: 'info' })
    inSpan(() => winston.info('by default', { a: 1 }))
    winston.configure({})
    expect(brief()).toEqual([['info', 'by default', { a: 1 }]])
    expect(JSON.parse(lines[0]!)).toEqual({ level: 'info', message: 'by default', a: 1, ...stamp })
  })

  test('the loggers of a Container are stamped and sent', () => {
    const { logger, lines } = printingLogger(winston, {})
    const container = new winston.Container({ transports: logger.transports })
    inSpan(() => container.get('a').warn('contained'))
    expect(brief()).toEqual([['warn', 'contained', {}]])
    expect(JSON.parse(lines[0]!)).toEqual({ level: 'warn', message: 'contained', ...stamp })
  })

  test('loggers that share one array of transports send each call once and leave the array alone', () => {
    const { transports } = printingLogger(winston, {}).logger
    const shared = [...transports]
    const loggers = [1, 2, 3].map(() => winston.createLogger({ transports: shared }))
    for (const [number, logger] of loggers.entries()) logger.info(`from ${number}`)
    expect(brief()).toEqual([
      ['info', 'from 0', {}],
      ['info', 'from 1', {}],
      ['info', 'from 2', {}],
    ])
    expect(shared).toEqual(transports)
  })

  test('a logger that was made before the start is stamped and sent', () => {
    stop()
    const { logger, lines } = printingLogger(winston, {})
    start()
    inSpan(() => logger.info('hi'))
    expect([brief(), JSON.parse(lines[0]!)]).toEqual([
      [['info', 'hi', {}]],
      { level: 'info', message: 'hi', ...stamp },
    ])
  })

  test('starting twice sends once, and stopping leaves winston as it was', () => {
    const { logger, lines } = printingLogger(winston, {})
    const stopSecond = startInstrumentation(winstonInstrumentation)
    inSpan(() => logger.info('hi'))
    stopSecond()
    stop()
    inSpan(() => logger.info('later'))
    expect(brief()).toEqual([['info', 'hi', {}]])
    expect(lines[1]).toBe('{"level":"info","message":"later"}')
    expect(Object.getOwnPropertyNames(winston.Logger.prototype)).not.toContain('push')
  })

  test('with send off entries are stamped only, with stamp off sent only', () => {
    const { logger, lines } = printingLogger(winston, {})
    start({ send: false })
    inSpan(() => logger.info('stamped'))
    start({ stamp: false })
    inSpan(() => logger.info('sent'))
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'info', message: 'stamped', ...stamp },
      { level: 'info', message: 'sent' },
    ])
    expect(brief()).toEqual([['info', 'sent', {}]])
  })
})

import { setRecordSink, startInstrumentation } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'
import { inSpan, printingLogger, seenBy, stamp } from './printing-logger.ts'

const { format } = winston
const levelKey = Symbol.for('level')
const messageKey = Symbol.for('message')

const recorder = recordLogs()
let stop = (): void => {}
beforeEach(() => {
  recorder.clear()
  stop = startInstrumentation(winstonInstrumentation)
})
afterEach(() => stop())

const brief = () =>
  recorder.logs.map(({ severityText, body, attributes }) => [severityText, body, attributes])

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
    stop = startInstrumentation(winstonInstrumentation)
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
    stop()
    stop = startInstrumentation(winstonInstrumentation, { send: false })
    inSpan(() => logger.info('stamped'))
    stop()
    stop = startInstrumentation(winstonInstrumentation, { stamp: false })
    inSpan(() => logger.info('sent'))
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'info', message: 'stamped', ...stamp },
      { level: 'info', message: 'sent' },
    ])
    expect(brief()).toEqual([['info', 'sent', {}]])
  })
})

describe('levels', () => {
  test('records follow the level of the logger, not those of its transports', () => {
    const { logger, lines } = printingLogger(winston, { level: 'info' })
    logger.transports[0]!.level = 'error'
    inSpan(() => logger.info('not printed'))
    logger.transports[0]!.level = 'debug'
    inSpan(() => logger.debug('printed only'))
    expect(brief()).toEqual([['info', 'not printed', {}]])
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 'debug', message: 'printed only', ...stamp },
    ])
  })

  test('a level that is off and a silent logger cause no record and no work on the entry', () => {
    const { logger } = printingLogger(winston, { level: 'info' })
    const entry = {
      message: 'hi',
      get expensive(): string {
        throw new Error('was read')
      },
    }
    logger.format = { transform: () => false }
    inSpan(() => logger.debug(entry))
    logger.silent = true
    inSpan(() => logger.info(entry))
    expect(recorder.logs).toEqual([])
  })

  test('custom levels have the severity of their rank, and the raw name', () => {
    const levels = { critical: 0, error: 1, notice: 2, chatty: 3 }
    const { logger } = printingLogger(winston, { levels, level: 'chatty' })
    for (const level of Object.keys(levels)) logger.log(level, 'hi')
    expect(recorder.logs.map(({ severityNumber, severityText }) => [severityNumber, severityText])).toEqual([
      [18, 'critical'],
      [17, 'error'],
      [10, 'notice'],
      [9, 'chatty'],
    ])
  })

  test('entries below the level for sending are printed and stamped, whatever the levels are called', () => {
    stop()
    stop = startInstrumentation(winstonInstrumentation, { level: 'warn' })
    const own = { boom: 0, error: 1, careful: 2, info: 3 }
    const lines = [winston.config.npm.levels, winston.config.syslog.levels, own].flatMap((levels) => {
      const { logger, lines: printed } = printingLogger(winston, { levels, level: 'info' })
      for (const level of Object.keys(levels)) inSpan(() => logger.log(level, 'hi'))
      return printed.map((line) => JSON.parse(line))
    })
    expect(lines.map(({ level, trace_id }) => [level, trace_id])).toEqual(
      ['error', 'warn', 'info']
        .concat(['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info'], Object.keys(own))
        .map((level) => [level, stamp.trace_id]),
    )
    expect(recorder.logs.map(({ severityText }) => severityText)).toEqual(
      ['error', 'warn'].concat(['emerg', 'alert', 'crit', 'error', 'warning'], ['boom', 'error', 'careful']),
    )
  })

  test('an unknown level is neither printed nor sent', () => {
    const { logger, lines } = printingLogger(winston, {})
    logger.log('nonsense', 'hi')
    expect([lines, recorder.logs]).toEqual([[], []])
  })
})

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
    stop()
    stop = startInstrumentation(winstonInstrumentation, { stamp: false })
    expect(recordWith(own, 'hi').records).toEqual([['info', 'hi', {}]])
  })
})

describe("the user's objects", () => {
  const logInSpan = (log: (logger: winston.Logger) => void) => {
    const { logger, lines } = printingLogger(winston, {
      format: format.combine(format.timestamp(), format.json()),
    })
    inSpan(() => log(logger))
    return lines.map((line) => JSON.parse(line))
  }

  test('an entry gets nothing but what winston itself sets at the call', () => {
    const entry = { message: 'hi', deep: { a: [1] } }
    const [line] = logInSpan((logger) => logger.info(entry))
    expect(Reflect.ownKeys(entry)).toEqual(['message', 'deep', 'level', levelKey])
    expect(entry).toEqual({ message: 'hi', deep: { a: [1] }, level: 'info', [levelKey]: 'info' })
    expect(line).toMatchObject(stamp)
  })

  test('meta is left as it is, frozen or not', () => {
    const meta = Object.freeze({ a: 1, deep: Object.freeze({ b: 2 }) })
    const [line] = logInSpan((logger) => logger.info('hi', meta))
    expect(meta).toEqual({ a: 1, deep: { b: 2 } })
    expect(line).toMatchObject({ ...meta, ...stamp })
  })

  test('a frozen entry that is written to the stream is stamped on a copy', () => {
    const entry = Object.freeze({ level: 'info', message: 'hi', [levelKey]: 'info' })
    const [line] = logInSpan((logger) => logger.write(entry))
    expect(line).toMatchObject({ message: 'hi', ...stamp })
    expect(Reflect.ownKeys(entry)).toEqual(['level', 'message', levelKey])
  })

  test('an Error keeps its own keys, and formats see an Error of its class with its stack', () => {
    class OrderError extends Error {
      readonly code = 'E_ORDER'
    }
    const error = new OrderError('boom')
    const seen: unknown[] = []
    const { logger } = printingLogger(winston, { format: seenBy(seen) })
    const keys = Reflect.ownKeys(error)
    inSpan(() => logger.error(error))
    expect(Reflect.ownKeys(error)).toEqual([...keys, 'level', levelKey])
    const copy = seen[0] as OrderError & typeof stamp
    expect(copy).toBeInstanceOf(OrderError)
    expect(copy.stack).toBe(error.stack)
    expect(`${copy}`).toBe('Error: boom')
    expect({ ...copy }).toEqual({ code: 'E_ORDER', level: 'error', [levelKey]: 'error', ...stamp })
    expect(recorder.logs[0]?.exception).toBe(error)
  })

  test('an instance whose message is a private field is printed as it would be without us', () => {
    class Entry {
      #text = 'private'
      get message(): string {
        return this.#text
      }
    }
    const { logger, lines } = printingLogger(winston, {
      format: format.printf((info) => String(info.message)),
    })
    inSpan(() => logger.info(new Entry()))
    expect(lines).toEqual(['private'])
    expect(brief()).toEqual([['info', 'private', {}]])
  })

  test('a getter that throws throws for winston alone, and only when winston reads it', () => {
    const { logger, lines } = printingLogger(winston, {
      format: format.printf((info) => String(info.message)),
    })
    const entry = {
      message: 'hi',
      get bad(): string {
        throw new Error('unreadable')
      },
    }
    const bodies: unknown[] = []
    const stopBodies = setRecordSink(({ body }) => bodies.push(body))
    inSpan(() => logger.info(entry))
    stopBodies()
    expect([lines, bodies]).toEqual([['hi'], ['hi']])
  })

  test('write keeps its return value, name and length', () => {
    const { logger } = printingLogger(winston, {})
    const results = () => [
      logger.write({ level: 'info', message: 'hi' }),
      logger.info('hi') === logger,
      logger.write.name,
      logger.write.length,
    ]
    const withUs = results()
    stop()
    expect(withUs).toEqual(results())
  })
})

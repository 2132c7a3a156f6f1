import { contextForWork, contextWithSpan, rootContext, runInContext, startInstrumentation } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'
import { ClewTransport, clewFormat } from '../src/transport.ts'
import { inSpan, printingLogger, spanContext, stamp } from './printing-logger.ts'

const { createLogger, format } = winston

const recorder = recordLogs()
beforeEach(() => recorder.clear())

const brief = () =>
  recorder.logs.map(({ body, attributes, traceId, exception }) => ({ body, attributes, traceId, exception }))

function loggerOfBoth(options: winston.LoggerOptions = {}) {
  const { logger, lines } = printingLogger(winston, {
    format: format.combine(clewFormat(), format.timestamp(), format.json()),
    ...options,
  })
  logger.add(new ClewTransport())
  return { logger, lines }
}

describe.each([['alone'], ['beside the instrumentation']])('ClewTransport and clewFormat %s', (mode) => {
  let stop = (): void => {}
  beforeEach(() => {
    stop = mode === 'alone' ? () => {} : startInstrumentation(winstonInstrumentation)
  })
  afterEach(() => stop())

  test('an entry is stamped once and sent once', () => {
    const { logger, lines } = loggerOfBoth()
    const error = new TypeError('boom')
    inSpan(() => logger.child({ c: 1 }).error('failed', { a: 1, err: error }))
    expect(recorder.logs).toEqual([
      {
        scope: '@clew/winston',
        severityNumber: 17,
        severityText: 'error',
        body: 'failed',
        attributes: { a: 1, c: 1, err: error },
        traceId: spanContext.traceId,
        spanId: spanContext.spanId,
        exception: error,
      },
    ])
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ message: 'failed', a: 1, c: 1, ...stamp }])
  })

  test('a transport with a level of its own sends what that lets through, each once', () => {
    const { logger } = printingLogger(winston, { level: 'info' })
    logger.add(new ClewTransport({ level: 'debug' }))
    inSpan(() => logger.debug('fine'))
    inSpan(() => logger.info('coarse'))
    expect(brief()).toMatchObject([
      { body: 'fine', traceId: spanContext.traceId },
      { body: 'coarse', traceId: spanContext.traceId },
    ])
  })

  test('the same transport in two loggers sends each call once', () => {
    const transports = [new ClewTransport()]
    for (const name of ['one', 'two']) createLogger({ transports }).info(name)
    expect(brief()).toMatchObject([{ body: 'one' }, { body: 'two' }])
  })

  test('beside a slow transport each entry keeps the context of its call', async () => {
    const { logger, lines } = loggerOfBoth()
    const { Transport } = winston as unknown as {
      Transport: new (options: winston.transport.TransportStreamOptions) => winston.transport
    }
    const count = 200
    await new Promise<void>((resolve) => {
      let seen = 0
      const log = (_info: unknown, next: () => void): void => {
        if (++seen === count) resolve()
        setImmediate(next)
      }
      logger.add(new Transport({ log }))
      for (let number = 1; number <= count; number++) {
        const ids = { ...spanContext, traceId: number.toString(16).padStart(32, '0') }
        const context = contextWithSpan(rootContext, trace.wrapSpanContext(ids))
        runInContext(contextForWork(context, { request: number }), () => logger.info('hi', { mine: number }))
      }
    })
    const traceIdOf = (number: unknown) => Number(number).toString(16).padStart(32, '0')
    expect([lines.length, recorder.logs.length]).toEqual([count, count])
    const isWrong = ({ attributes: { mine, request }, traceId }: (typeof recorder.logs)[number]) =>
      mine !== request || traceId !== traceIdOf(mine)
    expect(recorder.logs.filter(isWrong)).toEqual([])
    const entries = lines.map((line) => JSON.parse(line))
    expect(entries.filter(({ mine, trace_id }) => trace_id !== traceIdOf(mine))).toEqual([])
  })

  test("clewFormat leaves the user's Error alone", () => {
    const { logger, lines } = loggerOfBoth()
    const error = new TypeError('boom')
    inSpan(() => logger.error(error))
    expect(Object.keys(error)).toEqual(['level'])
    expect(JSON.parse(lines[0]!)).toMatchObject(stamp)
    expect(brief()).toEqual([
      { body: 'boom', attributes: {}, traceId: spanContext.traceId, exception: error },
    ])
  })

  test('an entry that is handed to the transport by hand is sent', () => {
    const transport = new ClewTransport()
    inSpan(() => transport.log({ level: 'info', message: 'by hand' }, () => {}))
    expect(brief()).toMatchObject([{ body: 'by hand', traceId: spanContext.traceId }])
  })
})

test('a silent transport sends nothing', () => {
  const { logger } = printingLogger(winston, {})
  logger.add(new ClewTransport({ silent: true }))
  logger.info('hi')
  expect(recorder.logs).toEqual([])
})

test('with send off in the instrumentation the transport sends', () => {
  const stop = startInstrumentation(winstonInstrumentation, { send: false })
  loggerOfBoth().logger.info('hi')
  stop()
  expect(brief()).toMatchObject([{ body: 'hi' }])
})

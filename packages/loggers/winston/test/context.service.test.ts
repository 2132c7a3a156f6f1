import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  contextForWork,
  contextWithSpan,
  runInContext,
  setFields,
  setRecordSink,
  startInstrumentation,
} from '@clew/core'
import { recordLogs } from '@clew/testing'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'
import { inSpan, printingLogger, seenBy, spanContext, stamp } from './printing-logger.ts'

const { createLogger, format } = winston
const { Transport } = winston as unknown as {
  Transport: new (options: winston.transport.TransportStreamOptions) => winston.transport
}

const recorder = recordLogs()
let stop = (): void => {}
beforeAll(() => {
  stop = startInstrumentation(winstonInstrumentation)
})
afterAll(() => stop())
beforeEach(() => recorder.clear())

type SlowTransport = { transport: winston.transport; entries: Record<string, unknown>[]; all: Promise<void> }

/** A transport that takes the next entry a turn of the event loop later; `all` have come when there are `count`. */
function slowTransport(count: number): SlowTransport {
  const entries: Record<string, unknown>[] = []
  let resolve = (): void => {}
  const all = new Promise<void>((done) => {
    resolve = done
  })
  const log = (info: Record<string, unknown>, next: () => void): void => {
    if (entries.push(info) === count) resolve()
    setImmediate(next)
  }
  return { transport: new Transport({ log }), entries, all }
}

/** Runs `work` as one request with a span and fields of its own. */
function asRequest<T>(number: number, work: () => T): T {
  const ids = { ...spanContext, traceId: (number + 1).toString(16).padStart(32, '0') }
  const context = contextWithSpan(ROOT_CONTEXT, trace.wrapSpanContext(ids))
  return runInContext(contextForWork(context, { request: number }), work)
}

const traceIdOf = (number: unknown): string => (Number(number) + 1).toString(16).padStart(32, '0')

describe('a slow transport', () => {
  test('200 interleaved requests keep their own ids on every line and record', async () => {
    const { transport, entries: printed, all } = slowTransport(600)
    const logger = createLogger({ format: format.timestamp(), transports: [transport] })
    await Promise.all(
      Array.from({ length: 200 }, (_, number) =>
        asRequest(number, async () => {
          logger.info('begun', { mine: number })
          logger.debug('not enabled', { mine: number })
          await nextTurn()
          logger.child({ mine: number }).warn('half way')
          await nextTurn()
          logger.info({ message: 'ended', mine: number })
        }),
      ),
    )
    expect(printed.length).toBeLessThan(600)
    await all
    expect([printed.length, recorder.logs.length]).toEqual([600, 600])
    expect(printed.filter(({ mine, trace_id }) => trace_id !== traceIdOf(mine))).toEqual([])
    const wrong = recorder.logs.filter(
      ({ attributes: { mine, request }, traceId }) => traceId !== traceIdOf(mine) || request !== mine,
    )
    expect(wrong).toEqual([])
  })

  test('one object that two requests log without a span keeps the fields of each', async () => {
    const { transport, all } = slowTransport(60)
    const logger = createLogger({ transports: [transport] })
    const shared = { message: 'shared' }
    for (const number of [1, 2, 3]) {
      runInContext(contextForWork(ROOT_CONTEXT, { request: number }), () => {
        for (let i = 0; i < 20; i++) logger.info(shared)
      })
    }
    expect(recorder.logs.length).toBeLessThan(60)
    await all
    const inOrder = [1, 2, 3].flatMap((request) => Array.from({ length: 20 }, () => request))
    expect(recorder.logs.map(({ attributes }) => attributes.request)).toEqual(inOrder)
  })

  test('an entry that waits has the time of its call', async () => {
    const { transport, all } = slowTransport(50)
    const logger = createLogger({ transports: [transport] })
    const times: number[] = []
    const stopTimes = recordTimes(times)
    const before = Date.now() - 2
    for (let i = 0; i < 50; i++) logger.info('waits')
    const after = Date.now() + 2
    while (Date.now() <= after + 1) await nextTurn()
    await all
    stopTimes()
    expect(times.length).toBe(50)
    expect(times.every((time) => time >= before && time <= after)).toBe(true)
  })
})

function recordTimes(times: number[]): () => void {
  return setRecordSink(({ timeUnixMs }) => times.push(timeUnixMs))
}

test('a logger that a format or a transport of another logger calls has its own record', () => {
  const inner = printingLogger(winston, {})
  const outer = printingLogger(winston, {
    format: format.combine(
      format((info) => {
        inner.logger.info(`inner of ${info.message}`)
        return info
      })(),
      format.json(),
    ),
  })
  inSpan(() => outer.logger.info('outer', { a: 1 }))
  expect(recorder.logs.map(({ body, attributes, traceId }) => ({ body, attributes, traceId }))).toEqual([
    { body: 'inner of outer', attributes: {}, traceId: spanContext.traceId },
    { body: 'outer', attributes: { a: 1 }, traceId: spanContext.traceId },
  ])
})

test('a format that logs to its own logger leaves each record its context', () => {
  let depth = 0
  const { logger } = printingLogger(winston, {
    format: format((info) => {
      if (depth++ === 0) asRequest(7, () => logger.info('inner'))
      return info
    })(),
  })
  asRequest(3, () => logger.info('outer'))
  expect(recorder.logs.map(({ body, attributes }) => [body, attributes])).toEqual([
    ['outer', { request: 3 }],
    ['inner', { request: 7 }],
  ])
})

test('an unsampled span stamps its ids with flags 00', () => {
  const { logger, lines } = printingLogger(winston, {})
  inSpan(() => logger.info('hi'), { ...spanContext, traceFlags: 0 })
  expect(JSON.parse(lines[0]!)).toEqual({ level: 'info', message: 'hi', ...stamp, trace_flags: '00' })
})

test('without a span the entry goes on as it is and its record has no ids', () => {
  const entries: unknown[] = []
  const { logger } = printingLogger(winston, { format: seenBy(entries) })
  const entry = { message: 'hi' }
  logger.info(entry)
  expect(entries[0]).toBe(entry)
  expect(recorder.logs.map(({ body, traceId }) => [body, traceId])).toEqual([['hi', undefined]])
})

test('an invalid span stamps nothing', () => {
  const { logger, lines } = printingLogger(winston, {})
  inSpan(() => logger.info('hi'), { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })
  expect(lines).toEqual(['{"level":"info","message":"hi"}'])
})

test('a request field that is set after the span began is on the record', () => {
  const { logger } = printingLogger(winston, {})
  asRequest(1, () => {
    setFields({ user_id: 'u' })
    logger.info('hi', { request: 'of the call' })
  })
  expect(recorder.logs[0]?.attributes).toEqual({ request: 'of the call', user_id: 'u' })
})

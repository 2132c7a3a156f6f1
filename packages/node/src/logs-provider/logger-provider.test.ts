import { createRequire } from 'node:module'
import {
  contextForWork,
  contextWithSpan,
  createContextManager,
  runInContext,
  setReporter,
  suppressedRoot,
} from '@clew/core'
import type { LogInput } from '@clew/otlp'
import type { PipelineScope } from '@clew/pipeline'
import { context, type Logger, logs, ROOT_CONTEXT, SeverityNumber, trace } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { unixClock } from '../tracer/span-clock.ts'
import { createLoggerProvider } from './logger-provider.ts'

const require = createRequire(import.meta.url)
// The Logs API as applications on SDK 2 have it.
const legacy: typeof import('@opentelemetry/api') = createRequire(
  require.resolve('@opentelemetry/winston-transport'),
)('@opentelemetry/api-logs')

const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
const inSpan = contextWithSpan(ROOT_CONTEXT, trace.wrapSpanContext(spanContext))
const now = 1_600_000_000_000
const plain: LogInput = {
  timeUnixMs: now,
  severityNumber: 0,
  severityText: '',
  body: undefined,
  eventName: undefined,
  attributes: undefined,
  contextAttributes: undefined,
  exception: undefined,
  traceId: undefined,
  spanId: undefined,
  traceFlags: undefined,
}

beforeAll(() => context.setGlobalContextManager(createContextManager()))
afterAll(() => context.disable())
afterEach(() => {
  logs.disable()
  legacy.logs.disable()
})

function record(): { logger: Logger; taken: LogInput[]; provider: ReturnType<typeof createLoggerProvider> } {
  const taken: LogInput[] = []
  const provider = createLoggerProvider({
    pipeline: { log: (_: PipelineScope, input: LogInput) => taken.push(input) },
    clock: unixClock(() => now),
  })
  return { provider, taken, logger: provider.getLogger('unit', '1') }
}

describe('createLoggerProvider()', () => {
  it('hands on every part of a record', () => {
    const { logger, taken } = record()
    const exception = new Error('bad')
    logger.emit({
      timestamp: now + 5,
      severityNumber: SeverityNumber.WARN,
      severityText: 'warning',
      body: { a: [1] },
      attributes: { key: 'value' },
      eventName: 'order.failed',
      exception,
    })
    expect(taken).toEqual([
      {
        ...plain,
        timeUnixMs: now + 5,
        severityNumber: 13,
        severityText: 'warning',
        body: { a: [1] },
        attributes: { key: 'value' },
        eventName: 'order.failed',
        exception,
      },
    ])
  })

  it.each([
    ['milliseconds', { timestamp: now - 1 }, now - 1],
    ['a Date', { timestamp: new Date(now - 2) }, now - 2],
    ['seconds and nanoseconds', { timestamp: [now / 1000, 500_000] as [number, number] }, now + 0.5],
    ['the time of observation', { observedTimestamp: now - 3 }, now - 3],
    ['no time at all', {}, now],
    ['a time that is none', { timestamp: Number.NaN }, now],
  ])('takes %s', (_, times, expected) => {
    const { logger, taken } = record()
    logger.emit(times)
    expect(taken).toEqual([{ ...plain, timeUnixMs: expected }])
  })

  it('takes ids, fields and identity from the context of the record, else from the active one', () => {
    const { logger, taken } = record()
    const inJob = contextForWork(inSpan, { tenant: 'acme' }, { 'messaging.message.id': '7' })
    runInContext(inJob, () => {
      logger.emit({ body: 'active' })
      logger.emit({ body: 'given', context: ROOT_CONTEXT })
    })
    logger.emit({ body: 'given', context: inJob })
    const ofJob = { ...spanContext, contextAttributes: { tenant: 'acme', 'messaging.message.id': '7' } }
    expect(taken).toEqual([
      { ...plain, body: 'active', ...ofJob },
      { ...plain, body: 'given' },
      { ...plain, body: 'given', ...ofJob },
    ])
  })

  it('writes no ids of zeros where tracing is suppressed', () => {
    const { logger, taken } = record()
    const invalid = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })
    logger.emit({ context: contextWithSpan(suppressedRoot, invalid) })
    expect(taken).toEqual([plain])
  })

  it('is always enabled, and reports instead of throwing', () => {
    const reported: string[] = []
    const restore = setReporter((code) => reported.push(code))
    const { logger } = record()
    logger.emit(null as never)
    restore()
    expect([logger.enabled(), reported]).toEqual([true, ['CLEW_INTERNAL']])
  })
})

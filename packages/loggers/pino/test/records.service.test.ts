import { describe, expect, test } from 'vitest'
import { aliases, inSpan, loadPino, printingLogger, spanContext, stamp } from './printing-logger.ts'
import { brief, recorder, start, stop } from './sent-records.ts'

const base = { base: null }

describe.each(aliases)('%s', (alias) => {
  const pino = loadPino(alias)

  test('a line has the ids behind its time, and its record what the line says', () => {
    const { logger, lines } = printingLogger(pino, { base: null, timestamp: () => ',"time":1' })
    inSpan(() => logger.child({ order: 7 }).warn({ a: 1, nested: { b: [2] } }, 'hi %s', 'Ada'))
    expect(lines).toEqual([
      `{"level":40,"time":1${stamp},"order":7,"a":1,"nested":{"b":[2]},"msg":"hi Ada"}\n`,
    ])
    expect(recorder.logs).toEqual([
      {
        scope: '@clew/pino',
        severityNumber: 13,
        severityText: 'warn',
        body: 'hi Ada',
        eventName: undefined,
        attributes: { order: 7, a: 1, nested: { b: [2] } },
        traceId: spanContext.traceId,
        spanId: spanContext.spanId,
        exception: undefined,
      },
    ])
  })

  test('pid and hostname are the resource; the name of the logger is by what rules know it', () => {
    const { logger } = printingLogger(pino, { name: 'payments' })
    logger.info('root')
    logger.child({ module: 'refunds', pid: 7 }).info('child')
    expect(brief()).toEqual([
      ['info', 'root', { name: 'payments', logger: 'payments' }],
      ['info', 'child', { name: 'payments', logger: 'payments', module: 'refunds', pid: 7 }],
    ])
  })

  test('an error is the exception of its record, as the first argument and under its key', () => {
    const { logger, lines } = printingLogger(pino, base)
    const error = Object.assign(new RangeError('boom'), { code: 'E_BOOM' })
    logger.error(error)
    logger.error(error, 'failed')
    logger.error({ err: error, a: 1 }, 'with more')
    logger.error({ error }, 'by another key')
    expect(recorder.logs.map(({ body, exception, attributes }) => [body, exception, attributes])).toEqual([
      ['boom', error, { err: error }],
      ['failed', error, { err: error }],
      ['with more', error, { err: error, a: 1 }],
      ['by another key', error, { error }],
    ])
    expect(JSON.parse(lines[0]!).err).toMatchObject({ type: 'RangeError', message: 'boom', code: 'E_BOOM' })
  })

  test('what a serializer makes of an error is all that the record says of it', () => {
    const serializers = {
      err: ({ name, stack }: Error) => ({ type: name, message: 'cut', stack: stack?.slice(0, 5), status: 4 }),
    }
    const { logger } = printingLogger(pino, { ...base, serializers })
    logger.error(new RangeError('secret'), 'failed')
    const exception = { name: 'RangeError', message: 'cut', stack: 'Range', status: 4 }
    expect(recorder.logs[0]).toMatchObject({ body: 'failed', exception, attributes: { err: exception } })
    expect(JSON.stringify(recorder.logs)).not.toContain('secret')
  })

  test('what pino redacts is in no record: values, wildcards, arguments of the message, bindings, the message, errors', () => {
    const redact = [
      'password',
      'user.token',
      '*.deep',
      'headers["x-key"]',
      'list[*].pin',
      'err.config',
      'err.message',
    ]
    const { logger, lines } = printingLogger(pino, { ...base, redact, level: 'trace' })
    const secret = 'topsecret'
    const error = Object.assign(new Error(secret), { config: { auth: secret } })
    error.stack = 'Error: at x'
    logger.info({ password: secret, user: { token: secret, name: 'Ada' }, other: { deep: secret, n: 1 } })
    logger.info({ headers: { 'x-key': secret, host: 'h' }, list: [{ pin: secret, n: 1 }] }, 'lists')
    logger.child({ password: secret, user: { token: secret } }).info('bindings')
    logger.info('of %o', { password: secret })
    logger.error(error, 'failed')
    expect(lines.join()).not.toContain(secret)
    expect(JSON.stringify(recorder.logs)).not.toContain(secret)
    expect(brief().slice(0, 3)).toEqual([
      [
        'info',
        undefined,
        {
          password: '[Redacted]',
          user: { token: '[Redacted]', name: 'Ada' },
          other: { deep: '[Redacted]', n: 1 },
        },
      ],
      [
        'info',
        'lists',
        { headers: { 'x-key': '[Redacted]', host: 'h' }, list: [{ pin: '[Redacted]', n: 1 }] },
      ],
      ['info', 'bindings', { password: '[Redacted]', user: { token: '[Redacted]' } }],
    ])
  })

  test('a redaction that removes, one of everything and one by a function hold for the record too', () => {
    const secret = 'topsecret'
    const removing = printingLogger(pino, { ...base, redact: { paths: ['a', 'b.c'], remove: true } })
    const all = printingLogger(pino, { ...base, redact: ['*'] })
    const byFunction = printingLogger(pino, {
      ...base,
      redact: { paths: ['a', 'b.c'], censor: (_value, path) => `cut ${path.join('.')}` },
    })
    for (const { logger } of [removing, all, byFunction])
      logger.info({ a: secret, b: { c: secret, d: 1 } }, 'message')
    expect(JSON.stringify(recorder.logs)).not.toContain(secret)
    expect(brief()).toEqual([
      ['info', 'message', { b: { d: 1 } }],
      ['info', '[Redacted]', { a: '[Redacted]', b: '[Redacted]' }],
      ['info', 'message', { a: 'cut a', b: { c: 'cut b.c', d: 1 } }],
    ])
    expect(JSON.parse(removing.lines[0]!)).toMatchObject({ b: { d: 1 }, msg: 'message' })
  })

  test('levels of the application have the severity of their names, or of their neighbours', () => {
    const { logger } = printingLogger(pino, {
      ...base,
      level: 'trace',
      customLevels: { http: 25, audit: 35, emerg: 80 },
    })
    const levels = logger as unknown as Record<string, (text: string) => void>
    for (const name of ['trace', 'debug', 'http', 'info', 'audit', 'warn', 'error', 'fatal', 'emerg'])
      levels[name]!(name)
    expect(recorder.logs.map(({ severityText, severityNumber }) => [severityText, severityNumber])).toEqual([
      ['trace', 1],
      ['debug', 5],
      ['http', 7],
      ['info', 9],
      ['audit', 12],
      ['warn', 13],
      ['error', 17],
      ['fatal', 21],
      ['emerg', 21],
    ])
  })

  test('levels whose numbers fall with the severity', () => {
    const { logger } = printingLogger(pino, {
      ...base,
      level: 'chat',
      levelComparison: 'DESC',
      useOnlyCustomLevels: true,
      customLevels: { error: 1, oops: 2, warning: 3, info: 4, chat: 5 },
    })
    const levels = logger as unknown as Record<string, (text: string) => void>
    for (const name of ['error', 'oops', 'warning', 'info', 'chat']) levels[name]!(name)
    expect(recorder.logs.map(({ severityNumber }) => severityNumber)).toEqual([17, 16, 13, 9, 8])
  })

  test('a level that is off costs nothing: its method is the one that pino has for it', () => {
    const { logger, lines } = printingLogger(pino, base)
    expect(logger.debug).toBe(logger.silent)
    logger.debug({ a: 1 }, 'off')
    logger.level = 'silent'
    logger.fatal('off')
    expect([lines, recorder.logs]).toEqual([[], []])
  })

  test('ids of the application stay alone: in the object, in a child, from a mixin, from a formatter', () => {
    const mine = { trace_id: 'mine', span_id: 'too' }
    const text = '"trace_id":"mine","span_id":"too"'
    const loggers = [
      printingLogger(pino, base),
      printingLogger(pino, { ...base, mixin: () => ({ ...mine }) }),
      printingLogger(pino, { ...base, formatters: { log: (object) => ({ ...object, ...mine }) } }),
    ]
    inSpan(() => {
      loggers[0]!.logger.info(mine, 'own')
      loggers[0]!.logger.child(mine).info('of the child')
      loggers[1]!.logger.info('of the mixin')
      loggers[2]!.logger.info('of the formatter')
    })
    const lines = loggers.flatMap((one) => one.lines)
    expect(lines.length).toBe(4)
    for (const line of lines) {
      expect(line.split('trace_id').length).toBe(2)
      expect(line).toContain(text)
    }
    expect(recorder.logs.map(({ traceId, attributes }) => [traceId, attributes])).toEqual(
      lines.map(() => [spanContext.traceId, mine]),
    )
  })

  test('keys of the application: nested, of the message, of the error', () => {
    const { logger, lines } = printingLogger(pino, {
      ...base,
      nestedKey: 'payload',
      messageKey: 'message',
      errorKey: 'failure',
      mixin: () => ({ m: 1 }),
    })
    const error = new Error('boom')
    inSpan(() => logger.child({ c: 1 }).info({ a: 1, trace_id: 'nested' }, 'hi'))
    logger.error(error)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      trace_id: spanContext.traceId,
      c: 1,
      payload: { a: 1, trace_id: 'nested', m: 1 },
      message: 'hi',
    })
    expect(brief()).toEqual([
      ['info', 'hi', { c: 1, payload: { a: 1, trace_id: 'nested', m: 1 } }],
      ['error', 'boom', { payload: { failure: error, m: 1 } }],
    ])
    expect(recorder.logs[1]?.exception).toBe(error)
  })

  test('a message among the properties is the body', () => {
    const { logger } = printingLogger(pino, base)
    logger.info({ msg: 'hi', a: 1 })
    logger.info({ msg: 'no', a: 1 }, 'hi')
    logger.info({ a: 1 })
    expect(brief()).toEqual([
      ['info', 'hi', { a: 1 }],
      ['info', 'hi', { a: 1 }],
      ['info', undefined, { a: 1 }],
    ])
  })

  test('bindings that are set later, and a prefix of messages', () => {
    const { logger } = printingLogger(pino, { ...base, msgPrefix: '[a] ' })
    const child = logger.child({ a: 1 }, { msgPrefix: '[b] ' })
    child.info('first')
    child.setBindings({ b: 2 })
    child.info('second')
    child.child({ a: 3 }).info('third')
    expect(brief()).toEqual([
      ['info', '[a] [b] first', { a: 1 }],
      ['info', '[a] [b] second', { a: 1, b: 2 }],
      ['info', '[a] [b] third', { a: 3, b: 2 }],
    ])
  })

  test('stamp, send and level are options', () => {
    const { logger, lines } = printingLogger(pino, { ...base, timestamp: false })
    start({ send: false })
    inSpan(() => logger.info('stamped'))
    start({ stamp: false, level: 'warn' })
    inSpan(() => {
      logger.info('only printed')
      logger.warn('sent')
    })
    expect(lines.map((line) => line.includes('trace_id'))).toEqual([true, false, false])
    expect(recorder.logs.map(({ body, traceId }) => [body, traceId])).toEqual([['sent', spanContext.traceId]])
  })

  test('after stop() loggers are as they were', () => {
    const { logger, lines } = printingLogger(pino, { ...base, timestamp: false })
    inSpan(() => logger.info('with us'))
    stop()
    inSpan(() => logger.info('hi'))
    expect([lines[1], recorder.logs.length]).toEqual(['{"level":30,"msg":"hi"}\n', 1])
  })
})

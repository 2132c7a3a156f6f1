import { expect, test } from 'vitest'
import { inSpan, loadPino, printingLogger, spanContext } from './printing-logger.ts'
import { brief, recorder, start, stop } from './sent-records.ts'

const secret = 'topsecret'

test.each(['pino', 'pino9'])('what the hook streamWrite of %s cuts from lines is in no record', (alias) => {
  const { logger, lines } = printingLogger(loadPino(alias), {
    name: 'payments',
    hooks: { streamWrite: (line) => line.replaceAll(secret, 'XXX') },
  })
  inSpan(() => logger.child({ token: secret }).info({ a: { b: secret }, n: 1 }, `with ${secret}`))
  logger.error(Object.assign(new RangeError(secret), { stack: 'RangeError: at x' }), 'failed')
  expect(lines.join()).not.toContain(secret)
  expect(JSON.stringify(recorder.logs)).not.toContain(secret)
  const exception = { name: 'RangeError', message: 'XXX', stack: 'RangeError: at x' }
  const names = { name: 'payments', logger: 'payments' }
  expect(brief()).toEqual([
    ['info', 'with XXX', { ...names, token: 'XXX', a: { b: 'XXX' }, n: 1 }],
    ['error', 'failed', { ...names, err: exception }],
  ])
  expect(recorder.logs.map(({ traceId, exception }) => [traceId, exception])).toEqual([
    [spanContext.traceId, undefined],
    [undefined, exception],
  ])
})

test('a pino that knows no such hook sends what was logged', () => {
  const { logger, lines } = printingLogger(loadPino('pino90'), {
    base: null,
    hooks: { streamWrite: () => 'never called' },
  })
  logger.info({ a: 1 }, 'hi')
  expect([JSON.parse(lines[0]!).msg, brief()]).toEqual(['hi', [['info', 'hi', { a: 1 }]]])
})

test('a hook that makes something else of a line gives the text of its record; one that throws, none', () => {
  const mistake = new Error('of the application')
  const { logger } = printingLogger(loadPino('pino'), {
    hooks: {
      streamWrite: (line) => {
        if (line.includes('bad')) throw mistake
        return 'plain text\n'
      },
    },
  })
  logger.warn({ a: 1 }, 'hi')
  expect(() => logger.warn('bad')).toThrow(mistake)
  logger.warn('bye')
  expect(brief()).toEqual([
    ['warn', 'plain text', {}],
    ['warn', 'plain text', {}],
  ])
})

test('a hook of the application stays its own object', () => {
  const hooks = { streamWrite: (line: string) => line }
  const { streamWrite } = hooks
  const { logger } = printingLogger(loadPino('pino'), { hooks })
  logger.info('hi')
  expect(hooks.streamWrite).toBe(streamWrite)
})

test('a logger that was there before us is no exception', () => {
  stop()
  const { logger, lines } = printingLogger(loadPino('pino'), {
    base: null,
    hooks: { streamWrite: (line) => line.replaceAll(secret, 'XXX') },
  })
  start()
  for (const text of ['first', 'second']) logger.info({ a: secret }, text)
  expect(lines.join()).not.toContain(secret)
  expect(brief()).toEqual([
    ['info', 'first', { a: 'XXX' }],
    ['info', 'second', { a: 'XXX' }],
  ])
})

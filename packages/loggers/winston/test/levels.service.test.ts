import { describe, expect, test } from 'vitest'
import winston from 'winston'
import { inSpan, printingLogger, stamp } from './printing-logger.ts'
import { brief, recorder, start } from './sent-records.ts'

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
    start({ level: 'warn' })
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

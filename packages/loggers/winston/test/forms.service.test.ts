import { startInstrumentation } from '@clew/core'
import { type RecordedLog, recordLogs } from '@clew/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'
import { type Form, forms } from './forms.ts'
import { inSpan, loadWinston, printingLogger, spanContext, stamp, type Winston } from './printing-logger.ts'

type LineFormat = {
  name: string
  format: (winston: Winston) => winston.Logform.Format
  /** The line as a value, without the three fields. */
  read: (line: string) => unknown
}

const fixedTime = { format: () => 'now' }

const lineFormats: LineFormat[] = [
  {
    name: 'timestamp, json',
    format: ({ format: f }) => f.combine(f.timestamp(fixedTime), f.json()),
    read: readJson,
  },
  {
    name: 'errors, splat, json',
    format: ({ format: f }) => f.combine(f.errors({ stack: true }), f.splat(), f.json()),
    read: readJson,
  },
  {
    name: 'metadata, json',
    format: ({ format: f }) => f.combine(f.metadata(), f.json()),
    read: (line) => {
      const { metadata, ...entry } = JSON.parse(line)
      return { ...entry, metadata: withoutStamp(metadata) }
    },
  },
  {
    name: 'colorize, simple',
    format: ({ format: f }) => f.combine(f.colorize(), f.simple()),
    read: (line) => {
      const [head = '', rest = '{}'] = line.split(/(?=\{)/, 1).concat(line.match(/\{.*/) ?? [])
      return [head.trimEnd(), readJson(rest)]
    },
  },
  {
    name: 'printf',
    format: ({ format: f }) => f.printf((info) => `${info.level} ${info.message} ${info.stack}`),
    read: (line) => line,
  },
]

function readJson(line: string): unknown {
  return withoutStamp(JSON.parse(line))
}

function withoutStamp({ trace_id, span_id, trace_flags, ...rest }: Record<string, unknown>): unknown {
  const isStamped = trace_id === stamp.trace_id && span_id === stamp.span_id && trace_flags === '01'
  return isStamped || trace_id === undefined ? rest : { trace_id, span_id, trace_flags, ...rest }
}

function makeError(): Error {
  return Object.assign(new RangeError('boom'), { code: 'E_ARG' })
}

function print(winston: Winston, { log }: Form, format: winston.Logform.Format): string[] {
  const { logger, lines } = printingLogger(winston, { format, level: 'silly' })
  inSpan(() => log(logger, makeError()))
  return lines
}

const recorder = recordLogs()

describe.each(['winston', 'winston38', 'winston33'])('%s', (alias) => {
  const winston = loadWinston(alias)
  beforeEach(() => recorder.clear())

  describe.each(lineFormats)('with $name', ({ format, read }) => {
    let stop = (): void => {}
    afterEach(() => stop())

    test.each(forms)('$name prints the same line, but for the three fields', (form) => {
      const lines = [1, 2].map((run) => {
        if (run === 2) stop = startInstrumentation(winstonInstrumentation)
        return print(winston, form, format(winston)).map(read)
      })
      expect(lines[1]).toEqual(lines[0])
      expect([lines[1]?.length, recorder.logs.length]).toEqual([1, 1])
    })
  })

  test.each(forms)('$name becomes one record', ({ log, record }) => {
    const stop = startInstrumentation(winstonInstrumentation)
    const error = makeError()
    const { logger, lines } = printingLogger(winston, {
      format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
      level: 'silly',
    })
    inSpan(() => log(logger, error))
    stop()
    const { exception, ...expected } = record(error)
    const defaults: Partial<RecordedLog> = {
      scope: '@clew/winston',
      severityNumber: exception ? 17 : 9,
      severityText: exception ? 'error' : 'info',
      attributes: {},
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
    }
    expect(recorder.logs).toEqual([{ ...defaults, ...expected, exception }])
    if (exception === error) expect(recorder.logs[0]?.exception).toBe(error)
    const hasOwnIds = 'trace_id' in (record(error).attributes ?? {})
    expect(JSON.parse(lines[0]!)).toMatchObject(hasOwnIds ? { trace_id: 'mine' } : stamp)
  })
})

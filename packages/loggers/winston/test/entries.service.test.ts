import { setRecordSink } from '@clew/core'
import { describe, expect, test } from 'vitest'
import winston from 'winston'
import { inSpan, printingLogger, seenBy, stamp } from './printing-logger.ts'
import { brief, levelKey, recorder, stop } from './sent-records.ts'

const { format } = winston

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

import { setRecordSink, startInstrumentation } from '@clew/core'
import { createByteWriter, defaultLimits, writeLogRecord } from '@clew/otlp'
import fc from 'fast-check'
import type { LoggerOptions } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pinoInstrumentation } from '../src/index.ts'
import { aliases, inSpan, loadPino, type Pino, printingLogger, stamp } from './printing-logger.ts'

// Every record is encoded, as the pipeline does.
const writer = createByteWriter()
let stopSink = (): void => {}
let records = 0
beforeEach(() => {
  records = 0
  stopSink = setRecordSink((record) => {
    writer.position = 0
    records++
    writeLogRecord(writer, record, defaultLimits)
  })
})
afterEach(() => stopSink())

/** What an application has in its hands, and each call of it. */
type Seen = { calls: string[] }

/** What can be logged; each getter and method of it tells of its calls. */
const watchedObjects: Record<string, (seen: Seen) => unknown> = {
  'nothing special': () => ({ a: 1, b: 'text', c: [1, { d: null }], e: undefined, f: Number.NaN, g: true }),
  'a getter': ({ calls }) => ({
    get cost() {
      calls.push('get cost')
      return { cents: 42 }
    },
  }),
  'a toJSON': ({ calls }) => ({
    user: {
      secret: 's',
      toJSON: () => {
        calls.push('toJSON')
        return { name: 'Ada' }
      },
    },
    list: [new Date(0), { toJSON: () => calls.push('toJSON of a list') && 'listed' }],
  }),
  'a function, a symbol and a BigInt': () => ({ work: () => 1, s: Symbol('s'), n: 12n, after: 1 }),
  'inherited properties': () => Object.assign(Object.create({ inherited: 1 }), { own: 1 }),
  'no prototype': () => Object.assign(Object.create(null), { own: 1 }),
  'keys of prototypes': () => JSON.parse('{"__proto__":{"a":1},"constructor":"c","hasOwnProperty":1}'),
  'a circle': () => {
    const circle: Record<string, unknown> = { a: 1 }
    circle.self = circle
    return circle
  },
  'an array': () => [1, { a: 2 }],
  'an error': () => thrownBy(new RangeError('boom', { cause: thrownBy(new Error('why')) })),
  'an error by its key': () => ({ err: thrownBy(new TypeError('boom')), error: thrownBy(new Error('b')) }),
  'a getter that throws': () => ({
    a: 1,
    get b() {
      throw mistake
    },
  }),
  'what is no error by its key': () => ({ err: { message: 'm', stack: 's', type: 'T' } }),
  'a request and a response': () => ({
    req: { method: 'GET', url: '/', token: 's' },
    res: { statusCode: 200 },
  }),
  secrets: () => ({ password: 's', user: { password: 's', name: 'Ada' }, card: [{ pin: 1 }] }),
  'a message and ids of its own': () => ({ msg: 'own', trace_id: 'mine' }),
  text: () => 'text with "quotes" and \u2028',
  null: () => null,
  undefined: () => undefined,
}

const mistake = new Error('of the application')

/** The error, as if it came from the same place each time. */
function thrownBy<E extends Error>(error: E): E {
  return Object.assign(error, { code: 'E', stack: 'Error: at a place' })
}

/** Options of a logger, whose functions tell of their calls. */
const optionSets: Record<string, (seen: Seen) => LoggerOptions<string>> = {
  none: () => ({}),
  serializers: ({ calls }) => ({
    serializers: {
      req: (req: { method: string }) => {
        calls.push('serialize req')
        return { method: req.method }
      },
      res: () => undefined,
      cost: (value: unknown) => {
        calls.push('serialize cost')
        return value
      },
      err: (error: Error) => {
        calls.push('serialize err')
        return { type: 'E', message: error.message }
      },
      msg: (text: unknown) => {
        calls.push('serialize msg')
        return `<${text}>`
      },
    },
  }),
  'a serializer that throws': () => ({
    serializers: {
      a: () => {
        throw mistake
      },
    },
  }),
  formatters: ({ calls }) => ({
    formatters: {
      level: (label) => ({ severity: label }),
      bindings: (bindings) => ({ ...bindings, b: 1 }),
      log: (object) => {
        calls.push('format log')
        return { ...object, formatted: true }
      },
    },
  }),
  redaction: ({ calls }) => ({
    redact: {
      paths: ['password', 'user.password', 'card[*].pin', '*.token', 'err.message'],
      censor: (_value, path) => {
        calls.push(`censor ${path.join('.')}`)
        return `[${path}]`
      },
    },
  }),
  'redaction of all, removing': () => ({ redact: { paths: ['*'], remove: true } }),
  'a mixin and keys': ({ calls }) => ({
    mixin: (_object, level) => {
      calls.push(`mixin ${level}`)
      return { mixed: level }
    },
    nestedKey: 'payload',
    messageKey: 'message',
    errorKey: 'failure',
  }),
  'a merge of the mixin': ({ calls }) => ({
    mixin: () => ({ mixed: 1 }),
    mixinMergeStrategy: (object, mixed) => {
      calls.push('merge')
      return { ...mixed, ...object }
    },
    msgPrefix: 'prefix ',
    crlf: true,
    name: 'named',
  }),
  hooks: ({ calls }) => ({
    hooks: {
      logMethod(args, method) {
        calls.push('logMethod')
        method.apply(this, args)
      },
      streamWrite: (line) => {
        calls.push('streamWrite')
        return line.replaceAll('Ada', 'XXX')
      },
    },
  }),
}

type Way = 'info' | 'error' | 'child' | 'child with serializers'
const ways: readonly Way[] = ['info', 'error', 'child', 'child with serializers']

type Case = { object: string; options: string; way: Way; text: readonly unknown[] }

/** What is printed, called and thrown. */
function log(
  pino: Pino,
  { object, options, way, text }: Case,
): { lines: string[]; calls: string[]; thrown: unknown } {
  const seen: Seen = { calls: [] }
  const { logger, lines } = printingLogger(pino, {
    base: null,
    timestamp: () => ',"time":1',
    ...optionSets[options]!(seen),
  })
  const given = watchedObjects[object]!(seen)
  let thrown: unknown
  try {
    inSpan(() => {
      if (way === 'info' || way === 'error') logger[way](given as never, ...(text as never[]))
      else {
        const serializers = {
          child: (value: unknown) => seen.calls.push(`serialize child ${value}`) && value,
        }
        const child = logger.child({ child: 1 }, way === 'child' ? undefined : { serializers })
        child.info(given as never, ...(text as never[]))
        child.info('again')
      }
    })
  } catch (error) {
    // pino 9 takes what Object.prototype has for serializers: the words of that mistake are not ours to keep.
    thrown = error instanceof TypeError ? TypeError : error
  }
  // pino's order is another: where a value throws, it had not come to the functions for those behind it.
  const calls = thrown === undefined ? seen.calls.toSorted() : []
  return { lines: lines.map((line) => line.replace(stamp, '')), calls, thrown }
}

const cases = fc.record({
  object: fc.constantFrom(...Object.keys(watchedObjects)),
  options: fc.constantFrom(...Object.keys(optionSets)),
  way: fc.constantFrom(...ways),
  text: fc.constantFrom<readonly unknown[]>(
    [],
    ['text'],
    ['%s and %o', 'Ada', { password: 's' }],
    [{ a: 1 }, 'b'],
    [null],
  ),
})

describe.each(aliases)('%s', (alias) => {
  const pino = loadPino(alias)

  test('lines, calls of the application and what is thrown are as without us', () => {
    const same = fc.property(cases, (one) => {
      const without = log(pino, one)
      records = 0
      const stop = startInstrumentation(pinoInstrumentation)
      const withUs = log(pino, one)
      stop()
      expect({ ...withUs, records }).toEqual({ ...without, records: without.lines.length })
    })
    fc.assert(same, { numRuns: 400 })
  })
})

test('a mixin that looks for the caller of the logger finds it in the frame that it had without us', () => {
  const frames = (): string => {
    const { logger, lines } = printingLogger(loadPino('pino'), {
      mixin: () => ({
        caller: new Error().stack
          ?.split('\n')[4]
          ?.trim()
          .replace(/:\d+:\d+\)?$/, ''),
      }),
    })
    logger.info('hi')
    return JSON.parse(lines[0]!).caller
  }
  const without = frames()
  const stop = startInstrumentation(pinoInstrumentation)
  const withUs = frames()
  stop()
  expect(without).toMatch(/untouched\.service\.test/)
  expect(withUs).toBe(without)
})

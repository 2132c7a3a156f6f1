import { setRecordSink, startInstrumentation } from '@clew/core'
import { createByteWriter, defaultLimits, writeLogRecord } from '@clew/otlp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'
import { levelKey, splatKey } from '../src/winston-shapes.ts'
import { inSpan, printingLogger } from './printing-logger.ts'

const { format } = winston

// Every record is encoded, as the pipeline does.
const writer = createByteWriter()
let stopSink = (): void => {}
beforeEach(() => {
  stopSink = setRecordSink((record) => writeLogRecord(writer, record, defaultLimits))
})
afterEach(() => stopSink())

const lineFormats: [string, winston.Logform.Format][] = [
  ['json()', format.json()],
  ['timestamp(), json()', format.combine(format.timestamp(), format.json())],
  ['colorize(), simple()', format.combine(format.colorize(), format.simple())],
  [
    'a printf() of the rest as JSON',
    format.printf(({ level, ...rest }) => `${level} ${JSON.stringify(rest)}`),
  ],
]

const meta = () => ({ order: 7 })
const entry = (...splat: object[]) => ({
  level: 'info',
  [levelKey]: 'info',
  message: 'hi',
  [splatKey]: splat,
})

/** Ways to log an object that the user keeps. */
const ways: [string, (logger: winston.Logger) => object][] = [
  ['meta', (logger) => logged(meta(), (object) => logger.info('hi', object))],
  ['meta after a level', (logger) => logged(meta(), (object) => logger.log('info', 'hi', object))],
  [
    'meta of a child logger',
    (logger) => logged(meta(), (object) => logger.child({ a: 1 }).info('hi', object)),
  ],
  ['an entry', (logger) => logged(entry(), (object) => logger.log(object))],
  ['an entry with arguments', (logger) => logged(entry(meta()), (object) => logger.log(object))],
  ['an object in place of the message', (logger) => logged(meta(), (object) => logger.log('info', object))],
  ['an entry that is written', (logger) => logged(entry(meta()), (object) => logger.write(object))],
  [
    'an entry that is written while winston makes one of its arguments',
    (logger) => {
      const own = entry({})
      const get = () => logger.write(own)
      return logged(own, () =>
        logger.info('hi', Object.defineProperty({}, 'order', { get, enumerable: true })),
      )
    },
  ],
]

function logged<T extends object>(object: T, log: (object: T) => unknown): T {
  log(object)
  return object
}

type Count = () => void
/** Entries whose reading the user can see. */
const values: [string, (count: Count) => object][] = [
  ['an object with a toJSON', (count) => ({ user: jsonObject(count, { name: 'Ada' }) })],
  ['a toJSON that gives null', (count) => ({ user: jsonObject(count, null) })],
  ['a toJSON in a list', (count) => ({ users: [1, jsonObject(count, 'Ada'), jsonObject(count, 'Bob')] })],
  ['a toJSON deep inside', (count) => ({ a: { b: [{ c: jsonObject(count, 7) }] } })],
  ['a toJSON in what a toJSON gave', (count) => ({ a: jsonObject(count, { b: jsonObject(count, 7) }) })],
  ['the same object twice', (count) => twice(jsonObject(count, 7))],
  ['an instance whose class has a toJSON', (count) => ({ money: new Money(count) })],
  ['a getter', (count) => getting(count, 'cost')],
  ['getters named as errors are', (count) => getting(count, 'err', 'error')],
]

class Money {
  readonly #count: Count
  readonly cents = 42

  constructor(count: Count) {
    this.#count = count
  }

  toJSON(): string {
    this.#count()
    return '0.42'
  }
}

function jsonObject(count: Count, json: unknown): object {
  return {
    secret: 'not in the JSON',
    toJSON() {
      count()
      return json
    },
  }
}

function twice(value: object): object {
  return { first: value, second: value }
}

function getting(count: Count, ...names: string[]): object {
  const get = (): number => {
    count()
    return 1
  }
  return Object.defineProperties(
    {},
    Object.fromEntries(names.map((name) => [name, { get, enumerable: true, configurable: true }])),
  )
}

/** How often what is logged was read, and what was printed. */
function log(
  lineFormat: winston.Logform.Format,
  make: (count: Count) => object,
  asEntry: boolean,
): { reads: number; line: string } {
  let reads = 0
  const { logger, lines } = printingLogger(winston, { format: lineFormat })
  const meta = make(() => reads++)
  inSpan(() => {
    if (asEntry)
      logger.info(Object.defineProperties({ message: 'hi' }, Object.getOwnPropertyDescriptors(meta)) as never)
    else logger.info('hi', meta)
  })
  return { reads, line: withoutStamp(lines.join()) }
}

function withoutStamp(line: string): string {
  return line
    .replace(/"(trace_id|span_id|trace_flags|timestamp)":"[^"]*"/g, '')
    .replace(/(?<=\{),+|,+(?=[,}])/g, '')
}

function logIn(log: (logger: winston.Logger) => object): { keys: PropertyKey[]; lines: string[] } {
  const { logger, lines } = printingLogger(winston, { format: format.json() })
  return { keys: Reflect.ownKeys(inSpan(() => log(logger))), lines }
}

test.each(ways)('%s gets no field of ours, and is printed with the ids', (_way, log) => {
  const without = logIn(log)
  const stop = startInstrumentation(winstonInstrumentation)
  const withUs = logIn(log)
  stop()
  // Without us the formats write on it too.
  expect(without.keys).toEqual(expect.arrayContaining(withUs.keys))
  expect(withUs.lines.map((line) => line.includes('"trace_id"'))).toEqual(without.lines.map(() => true))
})

describe.each(lineFormats)('%s', (_name, lineFormat) => {
  test.each(values)('%s is read as often as without us, as meta and as entry', (_value, make) => {
    for (const asEntry of [false, true]) {
      const without = log(lineFormat, make, asEntry)
      const stop = startInstrumentation(winstonInstrumentation)
      const withUs = log(lineFormat, make, asEntry)
      stop()
      expect(withUs).toEqual(without)
    }
  })
})

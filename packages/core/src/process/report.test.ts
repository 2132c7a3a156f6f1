import { createContext, runInContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { createReporter, guard, isError, type Reporter, report, setReporter } from './report.ts'

const minute = 60_000

function start(): { reporter: Reporter; lines: string[]; at(ms: number): void } {
  let nowMs = 0
  const lines: string[] = []
  const reporter = createReporter({ now: () => nowMs, write: (line) => lines.push(line) })
  return {
    reporter,
    lines,
    at: (ms) => {
      nowMs = ms
    },
  }
}

let undo = (): void => {}
afterEach(() => undo())

test('a problem is one line a minute, which then says how often it came in between', () => {
  const { reporter, lines, at } = start()
  for (const ms of [0, 1, 59_999]) {
    at(ms)
    reporter('CLEW_CONFIG', 'bad value')
  }
  at(minute)
  reporter('CLEW_CONFIG', 'bad value')
  at(2 * minute)
  reporter('CLEW_CONFIG', 'bad value')
  expect(lines).toEqual([
    '[clew] CLEW_CONFIG: bad value\n',
    '[clew] CLEW_CONFIG: bad value (and 2 times more since the last line)\n',
    '[clew] CLEW_CONFIG: bad value\n',
  ])
})

test('whatever is in a message, it stays one line of bounded length that does nothing to a terminal', () => {
  const { reporter, lines } = start()
  reporter('CLEW_INTERNAL', 'a\r\n[clew] b\x1b[31m\u202e|\u2028|\x9b|')
  reporter('CLEW_INTERNAL', 'x'.repeat(1_000_000))
  expect(lines).toEqual([
    '[clew] CLEW_INTERNAL: a  [clew] b [31m | | |\n',
    `[clew] CLEW_INTERNAL: ${'x'.repeat(4000)}…\n`,
  ])
})

test('problems are told apart by code and message, or by their key', () => {
  const { reporter, lines } = start()
  reporter('CLEW_CONFIG', 'a')
  reporter('CLEW_CONFIG', 'b')
  reporter('CLEW_INTERNAL', 'a')
  reporter('CLEW_QUEUE_FULL', '10 records', 'logs')
  reporter('CLEW_QUEUE_FULL', '20 records', 'logs')
  reporter('CLEW_QUEUE_FULL', '5 records', 'traces')
  expect(lines).toEqual([
    '[clew] CLEW_CONFIG: a\n',
    '[clew] CLEW_CONFIG: b\n',
    '[clew] CLEW_INTERNAL: a\n',
    '[clew] CLEW_QUEUE_FULL: 10 records\n',
    '[clew] CLEW_QUEUE_FULL: 5 records\n',
  ])
})

test('a message is one line', () => {
  const { reporter, lines } = start()
  reporter('CLEW_INTERNAL', 'Error: a\n    at b\n    at c')
  expect(lines).toEqual(['[clew] CLEW_INTERNAL: Error: a     at b     at c\n'])
})

test('any number of different problems takes bounded memory', () => {
  const { reporter, lines } = start()
  for (let i = 0; i < 2_500; i++) reporter('CLEW_CONFIG', `${i}`)
  reporter('CLEW_CONFIG', '0')
  reporter('CLEW_CONFIG', '2499')
  // The first one was forgotten, so it is a line again; the last one was not.
  expect(lines.length).toBe(2_501)
})

test('setReporter takes the reports and gives them back', () => {
  const seen: unknown[] = []
  const outer = setReporter((...args) => seen.push(['outer', ...args]))
  const inner = setReporter((...args) => seen.push(['inner', ...args]))
  report('CLEW_CONFIG', 'a', 'key')
  inner()
  report('CLEW_CONFIG', 'b')
  outer()
  expect(seen).toEqual([
    ['inner', 'CLEW_CONFIG', 'a', 'key'],
    ['outer', 'CLEW_CONFIG', 'b', undefined],
  ])
})

test('guard gives the result, or reports what was thrown and gives the other', () => {
  const seen: string[] = []
  undo = setReporter((code, message, key) => seen.push(`${code} ${key}: ${message.split('\n')[0]}`))
  const throwing = (thrown: unknown) => (): string => {
    throw thrown
  }
  expect([
    guard('a', () => 'fine', 'other'),
    guard('b', throwing(new TypeError('no')), 'other'),
    guard('c', throwing('text'), 'other'),
    guard('d', throwing(Object.create(null)), 'other'),
  ]).toEqual(['fine', 'other', 'other', 'other'])
  expect(seen).toEqual([
    'CLEW_INTERNAL b: b: TypeError: no',
    'CLEW_INTERNAL c: c: text',
    'CLEW_INTERNAL d: d: something without a text',
  ])
})

test('an error of another realm is an error, an object with a stack is none', () => {
  const foreign = runInContext('new TypeError("x")', createContext())
  expect([foreign, { stack: 'x' }, new Error('x'), 'x', null].map(isError)).toEqual([
    true,
    false,
    true,
    false,
    false,
  ])
})

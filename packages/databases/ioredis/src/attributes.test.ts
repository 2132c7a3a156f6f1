import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeBatch, describeCommand, firstError } from './attributes.ts'
import type { Command } from './library.ts'

const command = (name: string, args: unknown[], keys: unknown[] = []): Command => ({
  name,
  args,
  getKeys: () => keys,
  resolve: () => {},
  reject: () => {},
})

const textOf = (of: Command): unknown => describeCommand(of, { options: {} }).attributes['db.query.text']

test('only keys are shown, at most 32 arguments and 1,024 characters', () => {
  const many = Array.from({ length: 40 }, (_, i) => `k${i}`)
  expect([
    textOf(command('set', ['key', 'secret'], ['key'])),
    textOf(command('auth', ['user', 'secret'])),
    textOf(command('set', [Buffer.from('key'), 'secret'], [Buffer.from('key')])),
    textOf(command('mget', many, many)),
    String(textOf(command('get', ['x'.repeat(5_000)], ['x'.repeat(5_000)]))).length,
  ]).toEqual(['SET key ?', 'AUTH ? ?', 'SET ? ?', `MGET ${many.slice(0, 32).join(' ')} …`, 1_025])
})

test('no argument but a key is ever in the text', () => {
  fc.assert(
    fc.property(fc.array(fc.anything(), { maxLength: 50 }), (args) => {
      expect(textOf(command('unknown', args))).toMatch(/^UNKNOWN( \?)*( …)?$/)
    }),
  )
})

test('where a connection leads: host and port, a socket, a selected database, a cluster', () => {
  const of = (connection: Parameters<typeof describeCommand>[1]): object => {
    const {
      'db.query.text': _,
      'db.operation.name': __,
      ...rest
    } = describeCommand(command('ping', []), connection).attributes
    return rest
  }
  const system = { 'db.system.name': 'redis' }
  expect([
    of({ options: {} }),
    of({ options: { host: 'redis', port: 7, db: 3 }, condition: { select: 4 } }),
    of({ options: { path: '/run/redis.sock', db: 1 }, condition: null }),
    of({ isCluster: true, options: {} }),
  ]).toEqual([
    { ...system, 'db.namespace': '0', 'server.address': 'localhost', 'server.port': 6379 },
    { ...system, 'db.namespace': '4', 'server.address': 'redis', 'server.port': 7 },
    { ...system, 'db.namespace': '1', 'server.address': '/run/redis.sock' },
    system,
  ])
})

test('a batch of one kind of command has its name; MULTI and EXEC are not counted', () => {
  const batch = (...names: string[]): unknown[] => {
    const { name, attributes } = describeBatch(
      names.map((each) => command(each, [])),
      { options: {} },
    )
    return [name, attributes['db.operation.batch.size'], attributes['db.query.text']]
  }
  expect([
    batch('get', 'get'),
    batch('get', 'set'),
    batch('multi', 'incr', 'exec'),
    batch('multi', 'exec'),
  ]).toEqual([
    ['PIPELINE GET', 2, 'GET; GET'],
    ['PIPELINE', 2, 'GET; SET'],
    ['MULTI INCR', 1, 'INCR'],
    ['MULTI', 0, ''],
  ])
})

test('the first error of a batch is found among its results and in the reply of EXEC', () => {
  const [first, second] = [new Error('first'), new Error('second')]
  expect([
    firstError([[null, 1], [first], [second]]),
    firstError([
      [null, 'OK'],
      [null, [1, second]],
    ]),
    firstError([[null, 1]]),
    firstError(null),
    firstError('odd'),
  ]).toEqual([first, second, undefined, undefined, undefined])
})

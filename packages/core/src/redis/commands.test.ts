import { expect, test } from 'vitest'
import { codeOfReply, keysOfCommand, knownKeysOf, nameOfCommand, textOfCommand } from './commands.ts'

test.each([
  ['GET a', 'GET a'],
  ['set a secret EX 7', 'SET a ? ? ?'],
  ['GETSET a secret', 'GETSET a ?'],
  ['PSETEX a 7 secret', 'PSETEX a ? ?'],
  ['MSET a secret b secret', 'MSET a ? b ?'],
  ['DEL a b', 'DEL a b'],
  ['SORT a ALPHA store b', 'SORT a ? ? b'],
  ['sort a', 'SORT a'],
  ['Get a', 'GET a'],
  ['RENAME a b', 'RENAME a b'],
  ['BLPOP a b 0', 'BLPOP a b ?'],
  ['EVAL script 2 a b secret', 'EVAL ? ? a b ?'],
  ['EVAL script x a', 'EVAL ? ? ?'],
  ['ZUNIONSTORE to 2 a b WEIGHTS 1 2', 'ZUNIONSTORE to ? a b ? ? ?'],
  ['XREADGROUP GROUP g c STREAMS a b 0 0', 'XREADGROUP ? ? ? ? a b ? ?'],
  ['XREAD COUNT 1', 'XREAD ? ?'],
  ['CONFIG SET requirepass secret', 'CONFIG ? ? ?'],
  ['AUTH secret', 'AUTH ?'],
  ['PUBLISH channel secret', 'PUBLISH ? ?'],
  ['JSON.SET a $ secret', 'JSON.SET ? ? ?'],
])('%s is shown as %s', (command, shown) => {
  const [name = '', ...args] = command.split(' ')
  expect(textOfCommand(name, args, keysOfCommand(name, args))).toBe(shown)
})

test('an argument that is not text is never a key, and a long command is cut', () => {
  const long = Array.from({ length: 40 }, (_, i) => `key-${i}-${'x'.repeat(100)}`)
  const text = textOfCommand('DEL', long, keysOfCommand('DEL', long))
  const bytes = [Buffer.from('a')]
  expect(textOfCommand('GET', bytes, keysOfCommand('GET', bytes))).toBe('GET ?')
  expect(text.length).toBe(1_025)
})

test('the code of an error is what its message begins with, if it is one', () => {
  expect(
    ['WRONGTYPE Operation against a key', 'ERR', 'Connection is closed', undefined].map(codeOfReply),
  ).toEqual(['WRONGTYPE', 'ERR', undefined, undefined])
})

test('a name is in upper case, also of a command that nobody knows; only of that one are keys not told', () => {
  expect(['get', 'GET', 'Get', 'json.get'].map(nameOfCommand)).toEqual(['GET', 'GET', 'GET', 'JSON.GET'])
  expect(['get', 'Get', 'json.get'].map((name) => knownKeysOf(name, ['a', 'b']))).toEqual([
    ['a'],
    ['a'],
    undefined,
  ])
})

import { expect, test } from 'vitest'
import { createMiner, type MinerOptions } from './miner.ts'

function mine(lines: readonly string[], options?: MinerOptions): { ids: number[]; texts: string[] } {
  const miner = createMiner(options)
  const ids = lines.map((line) => miner.add(line))
  return { ids, texts: miner.export().map(({ text }) => text) }
}

test('lines that differ in values share a template', () => {
  expect(mine(['job 1 done in 5 ms', 'job 22 done in 3 s', 'job 3 failed'])).toEqual({
    ids: [1, 1, 2],
    texts: ['job <*> done in <*>', 'job <*> failed'],
  })
})

test('another word of the message is another template', () => {
  expect(mine(['VM 1 was started by hand', 'VM 2 was stopped by hand', 'GET /a', 'POST /a']).ids).toEqual([
    1, 2, 3, 4,
  ])
})

test('a word behind a word like user or from is a value once it differs', () => {
  expect(mine(['login of user alice was refused', 'login of user bob was refused'])).toEqual({
    ids: [1, 1],
    texts: ['login of user <*> was refused'],
  })
})

test('a name with joiners is a value once it differs', () => {
  expect(mine(['asked node-a for its new tasks', 'asked node-b for its new tasks'])).toEqual({
    ids: [1, 1],
    texts: ['asked <*> for its new tasks'],
  })
})

test('after ten messages that differ in one word the word is a value', () => {
  const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal', 'ida', 'jon', 'kim', 'leo']
  const { ids, texts } = mine(names.map((name) => `hello ${name}, welcome back to us`))
  expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ids[10], ids[10]])
  expect(texts.filter((text) => text.includes('<*>'))).toEqual(['hello <*>, welcome back to us'])
})

test('lastChanged tells new and more general templates', () => {
  const miner = createMiner()
  const lines = ['seen host-a at 5', 'seen host-a at 6', 'seen host-b at 7', 'seen host-c at 8', 'other']
  const changes = lines.map((line) => {
    miner.add(line)
    return miner.lastChanged
  })
  expect(changes).toEqual([true, false, true, false, true])
})

test('beyond maxTemplates the one used longest ago is forgotten and its id not used again', () => {
  const miner = createMiner({ maxTemplates: 2 })
  const ids = ['first', 'second', 'first', 'third', 'second'].map((line) => miner.add(line))
  expect({ ids, forgotten: miner.get(2), kept: miner.export() }).toEqual({
    ids: [1, 2, 1, 3, 4],
    forgotten: undefined,
    kept: [
      { id: 3, text: 'third', count: 1 },
      { id: 4, text: 'second', count: 1 },
    ],
  })
})

test('restore goes on with ids, texts and counts, and new ids begin behind them', () => {
  const before = createMiner()
  for (const line of ['job 1 done', 'user=x in', 'job 2 done']) before.add(line)
  const after = createMiner({ restore: before.export() })
  const ids = ['user=y in', 'job 3 done', 'new'].map((line) => after.add(line))
  expect({ ids, templates: after.export() }).toEqual({
    ids: [2, 1, 3],
    templates: [
      { id: 2, text: 'user=<*> in', count: 2 },
      { id: 1, text: 'job <*> done', count: 3 },
      { id: 3, text: 'new', count: 1 },
    ],
  })
})

test('nextId keeps ids of forgotten templates from coming back', () => {
  const miner = createMiner({ restore: [{ id: 4, text: 'a', count: 1 }], nextId: 9 })
  expect([miner.add('a'), miner.add('b')]).toEqual([4, 9])
})

test('a restore that is larger than maxTemplates keeps what was used last', () => {
  const restore = ['a', 'b', 'c'].map((text, index) => ({ id: index + 1, text, count: 1 }))
  expect(createMiner({ maxTemplates: 2, restore }).export()).toEqual(restore.slice(1))
})

test('words whose hashes collide are a value, so that the text still fits', () => {
  expect(mine(['costarring here', 'liquid here'])).toEqual({ ids: [1, 1], texts: ['<*> here'] })
})

import { expect, test } from 'vitest'
import { createMiner, type MinerOptions } from './miner.ts'

/** Ids as numbers in order of appearance. */
function mine(lines: readonly string[], options?: MinerOptions): { ids: number[]; texts: string[] } {
  const miner = createMiner(options)
  const found = lines.map((line) => miner.add(line)).map((id) => miner.resolve(id))
  const order = [...new Set(found)]
  const ids = found.map((id) => order.indexOf(id) + 1)
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

const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal', 'ida', 'jon', 'kim', 'leo']

test('after six messages that differ in one word the word is a value, and all are one', () => {
  const lines = names.map((name) => `hello ${name}, welcome back to us`)
  expect(mine(lines.slice(0, 5)).texts).toHaveLength(5)
  expect(mine(lines)).toEqual({ ids: lines.map(() => 1), texts: ['hello <*>, welcome back to us'] })
})

test('a first word is a value after twelve, since it most often says what speaks', () => {
  const lines = names.map((name) => `${name} left the room again`)
  expect(mine(lines.slice(0, 11)).texts).toHaveLength(11)
  expect(mine(lines)).toEqual({ ids: lines.map(() => 1), texts: ['<*> left the room again'] })
})

test('two words that vary are found one after the other', () => {
  const lines = names
    .slice(0, 7)
    .flatMap((one) => names.map((other) => `mail of ${one} went out towards ${other}`))
  expect(mine(lines).texts).toEqual(['mail of <*> went out towards <*>'])
})

test('an id says the same in every process, whatever came before', () => {
  const lines = [
    'job 1 done in 5 ms',
    'login of user alice was refused',
    'login of user bob was refused',
    ...names,
  ]
  const [one, other] = [createMiner(), createMiner()]
  const ids = lines.map((line) => one.add(line))
  const others = lines.toReversed().map((line) => other.add(line))
  expect(others.toReversed()).toEqual(ids)
  expect(ids.every((id) => Number.isSafeInteger(id) && id >= 0 && id < 2 ** 48)).toBe(true)
  // Stored by the desk and others: it must never be another one.
  expect(ids[0]).toBe(202_971_295_957_152)
})

test('what a template covers that became more general is a part of it, also where its own word is the first that may vary', () => {
  const lines = ['svc_user', ...names.slice(0, 6), 'svc_user'].map(
    (name) => `10.0.0.1 - ${name} [5] "POST /a 1"`,
  )
  expect(mine(lines).texts).toEqual(['<*> - <*> [<*>] "POST <*>"'])
})

test('a template that became a part of another is found by its old id', () => {
  const miner = createMiner()
  const ids = names.map((name) => miner.add(`hello ${name}, welcome back to us`))
  const now = ids.at(-1)!
  expect(new Set(ids).size).toBe(6)
  expect(new Set(ids.map((id) => miner.resolve(id)))).toEqual(new Set([now]))
  expect(miner.get(ids[0]!)).toEqual({ id: now, text: 'hello <*>, welcome back to us', count: 12 })
  expect(miner.newMerges()).toEqual(miner.merges())
  expect([miner.newMerges(), miner.resolve(7)]).toEqual([[], 7])
})

test('a host with its port is one value where other lines have one', () => {
  expect(mine(['10.0.0.1:80 is open for all', 'wpad:80 is open for all', 'size:80 was read'])).toEqual({
    ids: [1, 1, 2],
    texts: ['<*> is open for all', 'size:<*> was read'],
  })
})

test('what stands between blanks with a value in it is one value where other lines have one', () => {
  const lines = [
    'clock set to 10.0.0.1, level 3',
    'clock set to LOCAL(0), level 5',
    'clock set to #7#, level 2',
  ]
  expect(mine([...lines, 'clock set to level=7, level 2', 'clock set (10 to 7), level 2'])).toEqual({
    ids: [1, 1, 1, 2, 3],
    texts: [
      'clock set to <*>, level <*>',
      'clock set to level=<*>, level <*>',
      'clock set (<*> to <*>), level <*>',
    ],
  })
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

test('beyond maxTemplates the one used longest ago is forgotten', () => {
  const miner = createMiner({ maxTemplates: 2 })
  const ids = ['first', 'second', 'first', 'third'].map((line) => miner.add(line))
  const [first, second, , third] = ids
  expect({ forgotten: miner.get(second!), kept: miner.export() }).toEqual({
    forgotten: undefined,
    kept: [
      { id: first, text: 'first', count: 2 },
      { id: third, text: 'third', count: 1 },
    ],
  })
  expect(miner.add('second')).toBe(second)
})

test('restore goes on with ids, texts and counts', () => {
  const before = createMiner()
  const ids = ['job 1 done', 'user=x in', 'job 2 done'].map((line) => before.add(line))
  const after = createMiner({ restore: before.export() })
  expect(['user=y in', 'job 3 done'].map((line) => after.add(line))).toEqual([ids[1], ids[0]])
  expect(after.export().map(({ text, count }) => [text, count])).toEqual([
    ['user=<*> in', 2],
    ['job <*> done', 3],
  ])
})

test('ids of former versions are resolved', () => {
  const miner = createMiner({
    restore: [
      { id: 12, text: 'job <*> done', count: 4 },
      { id: 13, text: 'job 7 done', count: 1 },
    ],
  })
  const id = miner.add('job 3 done')
  expect([miner.resolve(12), miner.resolve(13), miner.get(12)]).toEqual([
    id,
    id,
    { id, text: 'job <*> done', count: 6 },
  ])
})

test('merges go on too', () => {
  const before = createMiner()
  const ids = names.map((name) => before.add(`hello ${name}, welcome back to us`))
  const after = createMiner({ restore: before.export(), merges: before.merges() })
  expect(ids.map((id) => after.resolve(id))).toEqual(ids.map((id) => before.resolve(id)))
  expect(after.add('hello ann, welcome back to us')).toBe(ids.at(-1))
})

test('a restore that is larger than maxTemplates keeps what was used last', () => {
  const restore = ['a', 'b', 'c'].map((text, index) => ({ id: index + 1, text, count: 1 }))
  const kept = createMiner({ maxTemplates: 2, restore }).export()
  expect(kept.map(({ text }) => text)).toEqual(['b', 'c'])
})

test('words whose hashes collide are a value, so that the text still fits', () => {
  expect(mine(['costarring here', 'liquid here'])).toEqual({ ids: [1, 1], texts: ['<*> here'] })
})

test('runs of Chinese beside values, errors by their type and first line, and JSON by its keys', () => {
  const lines: readonly (readonly [group: number, line: string])[] = [
    [1, '用户123登录成功，耗时45毫秒'],
    [1, '用户9登录成功，耗时1毫秒'],
    [2, '用户9登录失败，耗时1毫秒'],
    [3, 'java.io.IOException: broken pipe\n\tat a.b.C.d(C.java:5)'],
    [3, 'java.io.IOException: broken pipe\n\tat x.Y.z(Y.java:77)\nCaused by: x.Z: no'],
    [4, 'java.net.SocketException: broken pipe\n\tat a.b.C.d(C.java:5)'],
    [5, 'TypeError: x is not a function\n    at f (/a/b.js:1:2)'],
    [6, 'RangeError: x is not a function\n    at f (/a/b.js:1:2)'],
    [7, '{"orderId":17,"state":"paid","tags":["a","b"]}'],
    [7, '{"orderId":18,"state":"still open","tags":["c","d"]}'],
    [8, '{"userId":17,"state":"paid","tags":["a","b"]}'],
  ]
  expect(mine(lines.map(([, line]) => line)).ids).toEqual(lines.map(([group]) => group))
})

/** A word for each number. */
function wordOf(number: number): string {
  return [...number.toString(26)]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
    .join('')
}

test('lines without end, each unlike all before, take no more room', () => {
  const miner = createMiner({ maxTemplates: 50 })
  for (let line = 0; line < 20_000; line++)
    miner.add(`${wordOf(line)} ${wordOf(line * 7)} ${wordOf(line * 13)} happened ${'so '.repeat(line % 5)}`)
  expect(miner.export().length).toBe(50)
  expect(miner.merges().length).toBeLessThanOrEqual(100)
  expect(miner.forgotten).toBeGreaterThan(10_000)
})

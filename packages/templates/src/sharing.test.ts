import { expect, test } from 'vitest'
import { createMiner } from './miner.ts'
import { createSharing, type SharedEntry } from './sharing.ts'

const noProblem = (problem: string): void => expect.fail(problem)
const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']

test('what a miner learns from another counts, and joins what only together shows what varies', () => {
  const [one, other] = [createMiner(), createMiner()]
  const ids = names.map((name, at) => (at % 2 ? one : other).add(`hello ${name}, welcome back to us`))
  one.learn({ templates: other.export(), merges: other.merges() })
  expect(one.export()).toEqual([
    { id: one.resolve(ids[0]!), text: 'hello <*>, welcome back to us', count: 6 },
  ])
  expect(new Set(ids.map((id) => one.resolve(id))).size).toBe(1)
  expect(one.newMerges().length).toBe(6)
})

test('a template that became a part elsewhere does so here, once what it became a part of is known', async () => {
  const line = 'mail of eve went out towards eve'
  const [here, there] = [createMiner(), createMiner()]
  const id = here.add(line)
  for (const one of names) for (const other of names) there.add(`mail of ${one} went out towards ${other}`)
  const general = there.resolve(id)
  const sharing = createSharing(here, noProblem)
  await sharing.exchange(async () => [[String(id), `>${general}`]])
  expect(here.resolve(id)).toBe(id)
  await sharing.exchange(async () => [[String(general), `=${there.get(general)!.text}`]])
  expect([here.resolve(id), here.add(line), here.export().length]).toEqual([general, general, 1])
})

test('what could not be given is given again, what was given is not, and one exchange is under way at a time', async () => {
  const miner = createMiner()
  const { exchange, beginAnew } = createSharing(miner, noProblem)
  const id = miner.add('job 1 done')
  await expect(exchange(() => Promise.reject(new Error('away')))).rejects.toThrow('away')
  const given: (readonly SharedEntry[])[] = []
  const swap = async (own: readonly SharedEntry[]): Promise<SharedEntry[]> => {
    given.push(own)
    return []
  }
  await Promise.all([exchange(swap), exchange(swap)])
  await exchange(swap)
  beginAnew()
  await exchange(swap)
  const all = [[String(id), '=job <*> done']]
  expect(given).toEqual([all, [], all])
})

test('of what is damaged the first is told, and the rest is taken', async () => {
  const problems: string[] = []
  const miner = createMiner()
  const { exchange } = createSharing(miner, (problem) => problems.push(problem))
  const long = 'a'.repeat(9000)
  await exchange(async () => [
    ['x', '=a'],
    ...['', '>', '>-1', '>y', '?', `=${long}`].map((value): SharedEntry => ['5', value]),
    [String(2 ** 48), '=b'],
    ['6', '=job <*> done'],
  ])
  expect(problems).toEqual(['shared templates: ["x","=a"] is no template; it is left out'])
  expect(miner.get(6)?.text).toBe('job <*> done')
})

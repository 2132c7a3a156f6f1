import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createMiner, type Miner } from '@clew/templates'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { shareTemplates } from '../src/store/redis-templates.ts'
import { fresh } from './stores.ts'

let service: Service
let redis: Redis
let other: ReturnType<typeof createClient>
beforeAll(async () => {
  service = await startRedis()
  redis = new Redis(service.url)
  other = createClient({ url: service.url })
  await other.connect()
})
afterAll(async () => {
  await redis.quit()
  await other.close()
  await service.stop()
})

const noProblem = (problem: string): void => expect.fail(problem)
const known = (miner: Miner): unknown =>
  miner
    .export()
    .map(({ id, text }) => `${text} ${id}`)
    .toSorted()
const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal', 'ida', 'jon', 'kim', 'leo']

test('two processes that learn different halves end with the same ids', async () => {
  const { prefix } = fresh()
  const lines = [
    ...names.slice(0, 6).map((name) => `hello ${name}, welcome back to us`),
    ...['login of user alice was refused', 'login of user bob was refused', 'job 1 done', 'job 2 failed'],
  ]
  const miners = [createMiner(), createMiner()] as const
  const ids = lines.map((line, at) => miners[at % 2]!.add(line))
  const one = shareTemplates(miners[0], { client: redis, prefix, report: noProblem })
  const two = shareTemplates(miners[1], { client: other, prefix, report: noProblem })
  for (const { exchange } of [one, two, one]) await exchange()
  expect(known(miners[0])).toEqual(known(miners[1]))
  expect(
    miners[0]
      .export()
      .map(({ text }) => text)
      .toSorted(),
  ).toEqual([
    'hello <*>, welcome back to us',
    'job <*> done',
    'job <*> failed',
    'login of user <*> was refused',
  ])
  const resolved = miners.map((miner) => ids.map((id) => miner.resolve(id)))
  expect(resolved[0]).toEqual(resolved[1])
  expect(lines.map((line) => miners[0].add(line))).toEqual(resolved[0])
  expect(lines.map((line) => miners[1].add(line))).toEqual(resolved[0])
})

/** https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomOf(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('whatever three learn, and however they take turns, they come to the same', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const { prefix, keys } = fresh()
    const random = randomOf(seed)
    const name = (): string => names[random(names.length)]!
    const lineOf = [
      () => `mail of ${name()} went out towards ${name()}`,
      () => `hello ${name()}, welcome back to us`,
      () => `login of user ${name()} on host-${name()} was refused`,
      () => `${name()} left the room again`,
      () => `${name()} ${name()} ${name()} came by`,
      () => `size:${random(99)} of ${name()}`,
      () => `用户${random(99)}${name()}登录`,
    ]
    const miners = [createMiner(), createMiner(), createMiner()]
    const shares = miners.map((miner) => shareTemplates(miner, { client: redis, prefix, report: noProblem }))
    for (let step = 0; step < 200; step++) {
      miners[random(3)]!.add(lineOf[random(lineOf.length)]!())
      if (random(15) === 0) await shares[random(3)]!.exchange()
    }
    for (let round = 0; round < 5; round++) for (const { exchange } of shares) await exchange()
    expect(known(miners[1]!)).toEqual(known(miners[0]!))
    expect(known(miners[2]!)).toEqual(known(miners[0]!))
    await redis.del('', ...(await redis.keys(keys)))
  }
})

test('a process that is killed while it shares leaves nothing half, and what it had shared is known to all', async () => {
  const { prefix, keys } = fresh()
  const shared: [number, string][] = []
  for (let kill = 0; kill < 4; kill++) {
    const env = { ...process.env, REDIS_URL: service.url, PREFIX: prefix, NAME: names[kill]! }
    const child = spawn(
      process.execPath,
      [new URL('fixtures/template-learner.ts', import.meta.url).pathname],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env,
      },
    )
    let lines = 0
    for await (const line of createInterface(child.stdout)) {
      shared.push(JSON.parse(line) as [number, string])
      lines++
      if (lines === 40 + 7 * kill) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
  }
  const ids = (await redis.hkeys(`{${prefix}}:template`)).toSorted()
  expect((await redis.zrange(`{${prefix}}:template-order`, '0', '-1')).toSorted()).toEqual(ids)
  const miner = createMiner()
  await shareTemplates(miner, { client: redis, prefix, report: noProblem }).exchange()
  expect(shared.length).toBeGreaterThan(150)
  expect(shared.filter(([id, line]) => miner.add(line) !== miner.resolve(id))).toEqual([])
  await redis.del('', ...(await redis.keys(keys)))
})

test('a Redis that was flushed gets all again', async () => {
  const { prefix, keys } = fresh()
  const miner = createMiner()
  const one = shareTemplates(miner, { client: redis, prefix, report: noProblem })
  for (const name of names) miner.add(`hello ${name}, welcome back to us`)
  await one.exchange()
  await redis.del('', ...(await redis.keys(keys)))
  miner.add('job 1 done')
  await one.exchange()
  const later = createMiner()
  await shareTemplates(later, { client: redis, prefix, report: noProblem }).exchange()
  expect(known(later)).toEqual(known(miner))
})

test('what is damaged in Redis is told and left out, and a key of another type costs only the exchange', async () => {
  const { prefix } = fresh()
  const key = `{${prefix}}:template`
  const problems: string[] = []
  const miner = createMiner()
  const { exchange } = shareTemplates(miner, {
    client: redis,
    prefix,
    report: (problem) => problems.push(problem),
  })
  const damaged = { x: '=a', 5: '', 6: '>', 7: '>y', 8: `=${'a'.repeat(9000)}`, [2 ** 50]: '=b', 9: '>99' }
  for (const [at, id] of Object.keys(damaged).entries()) await redis.zadd(`${key}-order`, at + 1, id)
  await redis.hset(key, damaged)
  await redis.zadd(`${key}-order`, 90, 'absent')
  await redis.set(`${key}-serial`, '90')
  const id = miner.add('job 1 done')
  await exchange()
  expect(problems).toEqual([
    expect.stringMatching(/^shared templates: \["5",""\] is no template; it is left out$/),
  ])
  expect([miner.get(id)?.text, miner.export().length]).toEqual(['job <*> done', 1])

  await redis.set(key, 'of somebody else')
  miner.add('job 1 failed')
  await expect(exchange()).rejects.toThrow('WRONGTYPE')
  await redis.del(key)
  await exchange()
  expect(Object.values(await redis.hgetall(key))).toEqual(['=job <*> failed'])
})

test('Redis keeps so many ids at most, those that changed last', async () => {
  const { prefix } = fresh()
  const miner = createMiner()
  const { exchange } = shareTemplates(miner, { client: redis, prefix, maxIds: 100, report: noProblem })
  for (let at = 0; at < 2_500; at++) {
    const word = [...String(at)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
    miner.add(`${word} ${word} happened ${word}`)
  }
  await exchange()
  const texts = Object.values(await redis.hgetall(`{${prefix}}:template`))
  expect(texts).toHaveLength(100)
  expect(texts).toContain('=cejj cejj happened cejj')
  expect(await redis.zcard(`{${prefix}}:template-order`)).toBe(100)
  const later = createMiner()
  await shareTemplates(later, { client: redis, prefix, report: noProblem }).exchange()
  expect(later.export()).toHaveLength(100)
})

import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { killApps } from './app-process.ts'
import { type Chain, linesOf, type Order, startChain, traceOf } from './keep-chain.ts'

let redis: Service
let receiver: OtlpReceiver
beforeAll(async () => {
  redis = await startRedis()
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => {
  killApps()
  return receiver.close()
})
afterAll(() => redis.stop())

const start = (env: NodeJS.ProcessEnv = {}): Promise<Chain> =>
  startChain(receiver, { REDIS_URL: redis.url, CLEW_KEEP: '1%', ...env })

const whole = { api: 3, work: 3, second: 3 }
const linesOfAll = (orders: readonly Order[]) => orders.map(({ n }) => linesOf(receiver, n))

async function sendAll(
  chain: Chain,
  orders: readonly Order[],
  expected: readonly object[],
): Promise<string[]> {
  for (const order of orders) await chain.send(order)
  await expect.poll(() => linesOfAll(orders), { timeout: 30_000 }).toEqual(expected)
  return chain.stop()
}

test('a mark goes on with jobs and calls, and back with answers', async () => {
  const orders: Order[] = [
    { n: 1 },
    { n: 2, fails: 'api early' },
    { n: 3 },
    { n: 4, fails: 'second' },
    { n: 5 },
  ]
  // What had ended before the second service failed can not be reached by it.
  const expected = [{}, whole, {}, { work: 3, second: 3 }, {}]
  await sendAll(await start(), orders, expected)
  expect(linesOfAll(orders)).toEqual(expected)
})

test('the caller of an API learns of a failure, in the header alone', async () => {
  const chain = await start({ CLEW_KEEP_KEY: 'secret' })
  const signature = hash('sha256', `secret${traceOf(2)}`).slice(0, 32)
  expect([await chain.send({ n: 1 }), await chain.send({ n: 2, fails: 'api' })]).toEqual([
    undefined,
    `${traceOf(2)}-${signature}`,
  ])
  await chain.stop()
})

test('marks from outside are capped, and one that was refused goes no further', async () => {
  // What the API believes the second service need not decide again, as it may otherwise.
  const chain = await start({ CLEW_KEEP_KEY: 'secret' })
  const orders = Array.from({ length: 400 }, (_, at) => ({
    n: at + 1,
    headers: { tracestate: 'a=1,clew=1' },
  }))
  const begun = performance.now()
  await Promise.all(orders.map((order) => chain.send(order)))
  const most = 100 + (50 * (performance.now() - begun)) / 1000
  const kept = () => linesOfAll(orders).filter((lines) => Object.keys(lines).length > 0)
  const isWhole = (lines: object) => isDeepStrictEqual(lines, whole)
  await expect.poll(() => kept().filter(isWhole).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(100)
  await expect.poll(() => kept().every(isWhole), { timeout: 30_000 }).toBe(true)
  await chain.stop()
  expect(kept().length).toBeLessThanOrEqual(most)
})

test('garbage where a mark would be keeps nothing and stops nothing', async () => {
  const chain = await start()
  const garbage = [
    'clew=',
    'clew',
    'clew=;',
    'clew=2',
    `clew=${'f'.repeat(32)}0`,
    'clew=\xff',
    `clew=${'1'.repeat(9000)}`,
  ]
  const orders = garbage.map((tracestate, at) => ({ n: at + 1, headers: { tracestate } }))
  const last: Order = { n: 99, fails: 'api early' }
  await sendAll(chain, [...orders, last], [...orders.map(() => ({})), whole])
})

test('where all records are sent no mark is written, and one that came goes on as it came', async () => {
  const chain = await start({ CLEW_KEEP: '' })
  const order: Order = { n: 1, fails: 'api early', headers: { tracestate: 'clew=1' } }
  expect(await chain.send(order)).toBeUndefined()
  await expect.poll(() => linesOf(receiver, 1), { timeout: 30_000 }).toEqual(whole)
  await chain.stop()
})

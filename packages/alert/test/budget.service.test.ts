import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { createRedisBudget } from '../src/notify/redis-budget.ts'

let service: Service
let redis: Redis
let run = 0
beforeAll(async () => {
  service = await startRedis()
  redis = new Redis(service.url)
})
afterAll(async () => {
  await redis.quit()
  await service.stop()
})

const limits = { perMinute: 20, perMonth: Number.POSITIVE_INFINITY, reserve: 5, timeZone: 'UTC' }
const nowMs = Date.UTC(2026, 10, 29)

function budgetOf(windowMs?: number) {
  const prefix = `budget-${process.pid}-${run++}:`
  const report = (message: string): void => expect.fail(message)
  return createRedisBudget({ client: redis, prefix, report, ...(windowMs !== undefined && { windowMs }) })
}

/** Most arrivals in any window of so many milliseconds. */
function mostWithin(times: readonly number[], windowMs: number): number {
  return Math.max(...times.map((from) => times.filter((at) => from <= at && at < from + windowMs).length))
}

test('four processes together never send more than the bot may in any window, and send all', async () => {
  // Half of it is what a machine may have a request wait.
  const windowMs = 3_000
  const allowed: number[] = []
  const times: number[] = []
  const bot = createServer((request, response) => {
    times.push(performance.now())
    request.resume()
    response.end()
  })
  await new Promise<void>((resolve) => bot.listen(0, '127.0.0.1', resolve))
  const children = Array.from({ length: 4 }, (_, at) =>
    spawn(process.execPath, [new URL('fixtures/sender.mjs', import.meta.url).pathname], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...{ REDIS_URL: service.url, BOT_URL: `http://127.0.0.1:${(bot.address() as AddressInfo).port}` },
        ...{ PREFIX: `four-${process.pid}:`, NAME: `p${at}`, COUNT: '20', WINDOW_MS: String(windowMs) },
      },
    }),
  )
  for (const { stdout } of children) createInterface(stdout!).on('line', (line) => allowed.push(Number(line)))
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]))
  bot.closeAllConnections()
  bot.close()
  expect([codes, allowed.length, times.length]).toEqual([[0, 0, 0, 0], 80, 80])
  expect(mostWithin(allowed, windowMs)).toBeLessThanOrEqual(20)
  // On their way they may be late, as long as requests are not given up: 5 of 65 seconds, here all the more.
  expect(mostWithin(times, windowMs / 2)).toBeLessThanOrEqual(20)
})

test('the reserve is for critical alerts, and a refusal says when there is room again', async () => {
  const budget = budgetOf()
  const bot = { bot: 'one', limits }
  const permits = []
  for (let at = 0; at < 16; at++) permits.push(await budget.take(bot, nowMs, 'warning'))
  for (let at = 0; at < 6; at++) permits.push(await budget.take(bot, nowMs, 'critical'))
  expect(permits.map(({ kind }) => kind)).toEqual([
    ...Array(15).fill('ok'),
    'wait',
    ...Array(5).fill('ok'),
    'wait',
  ])
  const refused = permits[21]!
  const waitMs = refused.kind === 'wait' ? refused.untilMs - nowMs : 0
  expect(waitMs).toBeGreaterThan(30_000)
  expect(waitMs).toBeLessThanOrEqual(65_000)
})

test('a month has a budget of its own, which begins anew where the bot is', async () => {
  const budget = budgetOf()
  const bot = { bot: 'one', limits: { ...limits, perMonth: 8, timeZone: 'Asia/Shanghai' } }
  const take = async (unixMs: number, severity: 'warning' | 'critical') =>
    (await budget.take(bot, unixMs, severity)).kind
  const november = Date.UTC(2026, 10, 30, 15, 59)
  const taken = []
  for (let at = 0; at < 7; at++) taken.push(await take(november, 'warning'))
  for (let at = 0; at < 3; at++) taken.push(await take(november, 'critical'))
  expect(taken).toEqual([...Array(6).fill('ok'), 'wait', 'ok', 'ok', 'wait'])
  expect(await take(november + 60_000, 'warning')).toBe('ok')
})

test('a bot that had too much rests for all processes, for as long as the longest pause', async () => {
  const prefix = `rest-${process.pid}:`
  const [one, other] = [0, 1].map(() => createRedisBudget({ client: redis, prefix, report: () => {} }))
  await one!.pause('bot', nowMs, 600_000)
  await one!.pause('bot', nowMs, 1_000)
  const permit = await other!.take({ bot: 'bot', limits }, nowMs, 'critical')
  expect(permit).toEqual({
    kind: 'wait',
    untilMs: expect.any(Number),
    reason: 'the bot had too much and rests',
  })
  expect(permit.kind === 'wait' && permit.untilMs - nowMs > 500_000).toBe(true)
})

test('while Redis cannot be asked a process holds to the limits by itself', async () => {
  const said: string[] = []
  const client = { eval: () => Promise.reject(new Error('ECONNREFUSED')) }
  const budget = createRedisBudget({ client, report: (message) => said.push(message) })
  const kinds = []
  for (let at = 0; at < 21; at++)
    kinds.push((await budget.take({ bot: 'b', limits }, nowMs, 'critical')).kind)
  expect(kinds).toEqual([...Array(20).fill('ok'), 'wait'])
  expect(new Set(said)).toEqual(
    new Set(['the budgets of bots are counted in this process alone: Redis cannot be asked']),
  )
})

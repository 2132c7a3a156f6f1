import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startCutOff } from '../../../scripts/cut-off.ts'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { killApps, preload, runApp, startApp } from './app-process.ts'
import { linesOf, type Order, startChain, traceOf } from './keep-chain.ts'

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

const whole = { api: 3, work: 3, second: 3 }
const untilWork = { api: 3, work: 3 }
const linesOfAll = (orders: readonly Order[]) => orders.map(({ n }) => linesOf(receiver, n))

const failures: [Omit<Order, 'n'>, object][] = [
  [{}, {}],
  [{ fails: 'api early' }, whole],
  [{ fails: 'api' }, whole],
  [{ fails: 'api late', late: 10_000 }, whole],
  [{ fails: 'work early' }, untilWork],
  [{ fails: 'work' }, whole],
  [{ fails: 'work', late: 1_000 }, whole],
  [{ fails: 'work', late: 10_000 }, whole],
  [{ fails: 'second' }, whole],
  [{ fails: 'second late', late: 10_000 }, whole],
  [{}, {}],
]
const linesExpected = ({ fails }: Order): object => (fails === 'work early' ? untilWork : whole)
const orders = failures.map(([order], at): Order => ({ n: at + 1, ...order }))
const expected = failures.map(([, lines]) => lines)

test.each(['a CLEW_BUS of its own', 'CLEW_BUS=on'])(
  'with %s a chain is whole wherever it fails, and however late',
  async (way) => {
    const bus = way === 'CLEW_BUS=on' ? 'on' : redis.url
    const chain = await startChain(receiver, { REDIS_URL: redis.url, CLEW_KEEP: '1%', CLEW_BUS: bus })
    for (const order of orders) await chain.send(order)
    await expect.poll(() => linesOfAll(orders), { timeout: 40_000 }).toEqual(expected)
    const said = await chain.stop()
    expect(linesOfAll(orders)).toEqual(expected)
    expect(said.map((text) => text.match(/tells others over redis:.*/)?.[0])).toEqual(
      Array(3).fill(`tells others over ${redis.url}`),
    )
    expect(said.join('')).not.toContain('CLEW_BUS')
  },
)

test('of many requests each one that fails is whole, and little more than their share is shipped', async () => {
  const chain = await startChain(receiver, { REDIS_URL: redis.url, CLEW_KEEP: '1%', CLEW_BUS: 'on' })
  const failing = failures.map(([order]) => order).filter(({ fails }) => fails !== undefined)
  const all = Array.from({ length: 2_000 }, (_, at): Order => {
    const order = at % 100 === 50 ? failing[Math.floor(at / 100) % failing.length] : {}
    return { n: 1_000 + at, ...order, late: Math.min(order?.late ?? 0, 2_000) }
  })
  await Promise.all(all.map((order) => chain.send(order)))
  const failed = all.filter(({ fails }) => fails !== undefined)
  const missing = () =>
    failed.filter((order) => !isDeepStrictEqual(linesOf(receiver, order.n), linesExpected(order)))
  await expect.poll(missing, { timeout: 60_000, interval: 500 }).toEqual([])
  await chain.stop()
  const shipped = receiver.logs.filter(({ severityText }) => severityText === 'info').length
  const written = all.length * 9 - failed.filter(({ fails }) => fails === 'work early').length * 3
  expect(shipped / written).toBeLessThanOrEqual(0.025)
})

test('chains that fail while Redis is cut off are whole when it is there again, and both is said once', async () => {
  const way = await startCutOff(redis.url)
  const chain = await startChain(receiver, { REDIS_URL: redis.url, CLEW_KEEP: '1%', CLEW_BUS: way.url })
  await chain.send({ n: 100, fails: 'work' })
  await expect.poll(() => linesOf(receiver, 100), { timeout: 20_000 }).toEqual(whole)
  way.cut()
  const cutMs = performance.now()
  for (const order of orders) await chain.send({ ...order, late: Math.min(order.late ?? 0, 2_000) })
  await expect.poll(() => performance.now() - cutMs, { timeout: 10_000 }).toBeGreaterThan(5_000)
  expect(linesOfAll(orders)).not.toEqual(expected)
  way.restore()
  await expect.poll(() => linesOfAll(orders), { timeout: 30_000 }).toEqual(expected)
  const said = await chain.stop()
  way.close()
  for (const text of said) {
    expect(text.match(/CLEW_BUS: .*/g)).toEqual([
      expect.stringMatching(/^CLEW_BUS: redis:\S+: (reading|writing) fails \(.+\); chains are kept late/),
      expect.stringMatching(/^CLEW_BUS: redis:\S+: works again/),
    ])
  }
})

test('of more failures than a process may release each chain is whole or left alone', async () => {
  const env = { REDIS_URL: redis.url, CLEW_KEEP: '1%', CLEW_BUS: 'on' }
  const chain = await startChain(receiver, { ...env, CLEW_KEEP_RELEASES: '2' })
  const kinds = failures.map(([order]) => order).filter(({ fails }) => fails !== undefined)
  const all = Array.from({ length: 400 }, (_, at): Order => {
    const order = kinds[at % kinds.length]
    // Traces of their own: late marks of another test must not let one of these go.
    return { n: 500 + at, ...order, late: Math.min(order?.late ?? 0, 500) }
  })
  const begun = performance.now()
  await Promise.all(all.map((order) => chain.send(order)))
  // An answer of 500 alone writes none.
  const inError = all.filter(({ fails }) => fails !== 'api' && fails !== 'second').length
  const errorLines = () => receiver.logs.filter(({ severityText }) => severityText === 'error').length
  await expect.poll(errorLines, { timeout: 60_000 }).toBe(inError)
  const came = () => all.filter((order) => Object.keys(linesOf(receiver, order.n)).length > 0)
  const isWhole = (order: Order) => isDeepStrictEqual(linesOf(receiver, order.n), linesExpected(order))
  await expect.poll(() => came().filter((order) => !isWhole(order)), { timeout: 30_000 }).toEqual([])
  await chain.stop()
  const seconds = (performance.now() - begun) / 1000
  expect(came().filter((order) => !isWhole(order))).toEqual([])
  // Ten at once of each process, and two a second.
  expect(came().length).toBeGreaterThanOrEqual(10)
  expect(came().length).toBeLessThan(Math.max(all.length / 2, 3 * (10 + 2 * seconds)))
})

test('a process ends by itself, whether Redis is there, away or silent', async () => {
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const urls = [
    redis.url,
    'redis://127.0.0.1:1',
    `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`,
  ]
  const run = (url: string) =>
    runApp({
      args: [...preload, 'untouched/app.cjs', 'an end by itself'],
      env: { CLEW_KEEP: '1%', CLEW_BUS: url, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    })
  const endings = await Promise.all(urls.map(run))
  silent.close()
  expect(endings.map(({ code, signal }) => [code, signal])).toEqual(Array(3).fill([0, null]))
})

test.each(['exit', 'throw', 'signal'])(
  'a chain is whole whose failure is the last thing that a process does: %s',
  async (way) => {
    const start = async () => {
      const app = await startApp({
        args: [...preload, 'keep/app.cjs'],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_KEEP: '0', CLEW_BUS: redis.url },
      })
      const { ready } = JSON.parse(await app.waitForLine((line) => line.includes('"ready"')))
      return { app, ask: (path: string, n: number) => ask(`http://127.0.0.1:${ready}${path}`, n) }
    }
    const [one, two] = await Promise.all([start(), start()])
    const good = (n: number) =>
      receiver.logs.filter(({ traceId, body }) => traceId === traceOf(n) && /^good/.test(String(body)))
    // Now the bus works.
    await two.ask('/good', 1)
    await one.ask('/logs', 1)
    await expect.poll(() => good(1).length).toBe(3)
    await two.ask('/good', 2)
    await one.ask(`/${way}`, 2)
    const { stderr } = await one.app.ended
    await expect.poll(() => good(2).length).toBe(3)
    expect(stderr).not.toContain('CLEW_BUS')
    two.app.kill('SIGTERM')
    await two.app.ended
  },
)

/** Resolves whether or not it was answered. */
function ask(url: string, n: number): Promise<unknown> {
  return fetch(url, { headers: { traceparent: `00-${traceOf(n)}-b7ad6b7169203331-01` } }).catch(() => {})
}

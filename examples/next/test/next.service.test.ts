import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AppProcess, killApps, startApp } from '../../../packages/node/test/app-process.ts'
import { expectChains } from '../../../scripts/examples/readme-chain.ts'
import { startExample } from '../../../scripts/examples/start-example.ts'
import { freePort, type Service, startPostgres, startRedis } from '../../../scripts/services.ts'
import { deploy, example, next, quiet } from './deployment.ts'

const buildMs = 600_000
const services: Service[] = []
let deployed: string
let stock: Server
let stockUrl: string
let env: NodeJS.ProcessEnv
let receiver: OtlpReceiver

beforeAll(async () => {
  stock = createServer(({ headers }, response) => {
    response.end(JSON.stringify({ left: 3, calledBy: headers.traceparent }))
  }).listen(0, '127.0.0.1')
  const [postgres, redis, folder] = await Promise.all([
    startPostgres(),
    startRedis(),
    deploy(),
    once(stock, 'listening'),
  ])
  services.push(postgres, redis)
  deployed = folder
  stockUrl = `http://127.0.0.1:${(stock.address() as AddressInfo).port}`
  env = { ...quiet, PG_URL: postgres.url, REDIS_URL: redis.url, STOCK_URL: stockUrl, NODE_ENV: 'production' }
}, buildMs)
afterAll(async () => {
  stock?.close()
  await Promise.all(services.map((service) => service.stop()))
  if (deployed) rmSync(deployed, { recursive: true, force: true })
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  killApps()
  await receiver.close()
})

type Asked = { text: string; status: number; headers: string[] }
type Shop = { app: AppProcess; ask(path: string, turn?: number): Promise<Asked> }

const traceIdOf = (turn: number): string => turn.toString(16).padStart(32, 'a')
const callerId = 'c'.repeat(16)

/** `next start`, asked with a trace of its own for each turn. */
async function startShop(more: NodeJS.ProcessEnv = {}): Promise<Shop> {
  const port = await freePort()
  const args = [next, 'start', '--hostname', '127.0.0.1', '--port', String(port)]
  const variables = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more }
  const app = await startApp({ cwd: deployed, args, env: variables })
  await app.waitForLine((line) => line.includes('Ready'))
  const ask = async (path: string, turn?: number): Promise<Asked> => {
    const headers = turn === undefined ? {} : { traceparent: `00-${traceIdOf(turn)}-${callerId}-01` }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    const names = [...answer.headers].filter(([name]) => name !== 'date').map((pair) => pair.join(': '))
    return { text: await answer.text(), status: answer.status, headers: names }
  }
  return { app, ask }
}

const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer']

/** The spans of a turn that are asked for, each with those above it, up to the caller, and its lines. */
function chainOf(turn: number, isAsked: (span: ReceivedSpan) => boolean) {
  const spans = receiver.spans.filter(({ traceId }) => traceId === traceIdOf(turn))
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const above = ({ parentSpanId }: ReceivedSpan): string[] => {
    const parent = byId.get(parentSpanId)
    return parent ? [`${kinds[parent.kind]} ${parent.name}`, ...above(parent)] : [parentSpanId]
  }
  return spans
    .filter(isAsked)
    .map((span) => [`${kinds[span.kind]} ${span.name}`, ...above(span)])
    .toSorted((one, other) => one.length - other.length || one.join().localeCompare(other.join()))
}

const isOurs = ({ scope }: ReceivedSpan): boolean => scope.startsWith('@clew/')

/** The lines that arrived of a turn, with the spans that they were written in. */
function linesOf(turn: number): unknown[] {
  return receiver.logs
    .filter(({ traceId }) => traceId === traceIdOf(turn))
    .map(({ body, attributes: { id }, spanId }) => {
      const span = receiver.spans.find((one) => one.spanId === spanId && one.traceId === traceIdOf(turn))
      return { body, id, span: span?.name }
    })
}

const handler = 'internal executing api route (app) /api/orders/[id]'
const orderAbove = [handler, 'internal GET /api/orders/[id]', 'server GET /api/orders/[id]', callerId]
const pageAbove = [
  'internal render route (app) /orders/[id]',
  'internal GET /orders/[id]',
  'server GET /orders/[id]',
  callerId,
]
const orderLine = { body: 'order found', span: 'executing api route (app) /api/orders/[id]' }
const pageLine = { body: 'order shown', span: 'render route (app) /orders/[id]' }

test.each([
  ['instrumentation.js', {}],
  ['the preload', { NODE_OPTIONS: '--require @clew/node/register' }],
])('started by %s: each request is one chain, from its caller to the databases', async (_way, started) => {
  const { app, ask } = await startShop(started)
  await app.waitForStderr('joins http, ioredis, pg, pino, winston')
  // One that comes while Next starts waits for it, and has no server span of ours.
  await ask('/nothing')

  const turns = Array.from({ length: 20 }, (_, turn) => turn)
  const answers = await Promise.all(
    turns.map((turn) => ask(turn % 2 ? `/orders/${turn}` : `/api/orders/${turn}`, turn)),
  )
  expect(answers.map(({ status }) => status)).toEqual(turns.map(() => 200))
  const isWhole = (turn: number): boolean =>
    receiver.spans.some(({ traceId, kind }) => traceId === traceIdOf(turn) && kind === 2)
  await expect.poll(() => [receiver.logs.length, turns.filter(isWhole).length]).toEqual([20, 20])

  const chains = turns.map((turn) => {
    const id = String(turn)
    return turn % 2
      ? {
          spans: [pageAbove.slice(2), ['client INCR', ...pageAbove]],
          lines: [{ ...pageLine, id }],
        }
      : {
          spans: [orderAbove.slice(2), ['client GET', ...orderAbove], ['client select', ...orderAbove]],
          lines: [{ ...orderLine, id }],
        }
  })
  await expect
    .poll(() => turns.map((turn) => ({ spans: chainOf(turn, isOurs), lines: linesOf(turn) })))
    .toEqual(chains)
  const servers = receiver.spans.filter(({ kind, traceId }) => kind === 2 && traceId.startsWith('aaaa'))
  expect(servers.length).toBe(20)
  for (const turn of turns.filter((one) => one % 2 === 0)) {
    const call = receiver.spans.find(
      ({ traceId, kind, name }) => traceId === traceIdOf(turn) && kind === 3 && name === 'GET',
    )
    const { stock: told } = JSON.parse(answers[turn]!.text) as { stock: { calledBy: string } }
    expect(told.calledBy).toBe(`00-${traceIdOf(turn)}-${call?.spanId}-01`)
  }
})

test('a path without a route has none, and its server span the plain name', async () => {
  const { app, ask } = await startShop()
  await app.waitForStderr('[clew]')
  await ask('/nothing')
  expect((await ask('/nothing', 1)).status).toBe(404)
  await expect.poll(() => chainOf(1, isOurs)).toEqual([['server GET', callerId]])
})

test('what it answers and prints is as without us', async () => {
  const shown: unknown[] = []
  const paths = ['/api/orders/7', '/orders/7', '/nothing']
  for (const isWithUs of [true, false]) {
    if (!isWithUs) rmSync(join(deployed, '.next/server/instrumentation.js'))
    const { app, ask } = await startShop({ OTEL_PROPAGATORS: 'none' })
    const answers = [await ask('/nothing')]
    for (const path of paths) answers.push(await ask(path))
    app.kill('SIGTERM')
    const { code, signal, stdout, stderr } = await app.ended
    expect(stderr.includes('[clew]')).toBe(isWithUs)
    const printed = stdout
      .replace(/"(?:trace_id|span_id|trace_flags)":"\w+",?/g, '')
      .replace(/"(?:time|pid)":\d+,?/g, '')
      .replace(/,}/g, '}')
      .replace(/\d+(?:\.\d+)?m?s|:\d{4,5}$/gm, '')
    shown.push({ answers, code, signal, printed })
  }
  expect(shown[0]).toEqual(shown[1])
})

test(
  '`npm start` builds and starts it, and each order is the chain that the README shows',
  async () => {
    const { PG_URL, REDIS_URL } = env
    const shop = await startExample('next', { cwd: deployed, env: { ...quiet, PG_URL, REDIS_URL } })
    try {
      // Next loads the module of a route with its first request, and one that comes while it starts has no server span of ours.
      for (const path of ['/nothing', '/orders/1', '/api/orders/1']) await shop.ask(`GET ${path}`)
      await expectChains('next', shop, {
        shown: ['GET /api/orders/7', 200],
        other: [
          'GET /orders/7',
          200,
          [
            'GET /orders/[id] → 200  [shop]',
            '   GET /orders/[id] → 200  [shop]',
            '      NextNodeServer.clientComponentLoading  [shop]',
            '      prepare route module  [shop]',
            '      render route (app) /orders/[id]  [shop]',
            '         INCR  [shop]',
            '         INFO  order shown id=…',
            '         build component tree  [shop]',
            '            resolve segment modules  [shop]',
            '            resolve segment modules  [shop]',
            '         start response  [shop]',
            '      resolve page components  [shop]',
            '         load route module  [shop]',
          ],
        ],
      })
    } finally {
      await shop.stop()
    }
  },
  buildMs,
)

test('the recipe of the guide is what this example runs', () => {
  const guide = readFileSync(join(example, '../../docs/guide/bundled.md'), 'utf8')
  for (const file of ['next.config.mjs', 'instrumentation.js']) {
    const block = new RegExp(`\`\`\`js\\n// ${file}\\n([^]*?)\`\`\``).exec(guide)?.[1]
    expect(block).toBe(readFileSync(join(example, file), 'utf8'))
  }
})

import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Calls } from './answer-calls.ts'
import { type Followed, startFollowed } from './followed-process.ts'
import { startWire, type Wire, type WireRequest } from './wire.ts'

/** The source files in the order in which they were passed first, each with the functions that were called. */
export type Trail = { name: string; files: Calls }

type Queue = { name: string; add(name: string, data: object): Promise<unknown>; close(): Promise<void> }
type Sent = { request: WireRequest; calls: Calls }

const root = fileURLToPath(new URL('../../', import.meta.url))
const application = `${root}packages/node/test/fixtures/kinds/`

/**
 * Follows a log call in a request and a request of Express in a preloaded application, and a job in a preloaded worker,
 * each to the bytes on the wire; then what came over the wire into a desk, to the commit. Each has run before.
 */
export async function followTrails(redisUrl: string): Promise<Trail[]> {
  const wire = await startWire()
  const started: Followed[] = []
  const start = (...parameters: Parameters<typeof startFollowed>): Followed => {
    const followed = startFollowed(...parameters)
    started.push(followed)
    return followed
  }
  try {
    const { log, request, span } = await followWeb(start(...role('web', wire)), wire)
    const queue = openQueue(redisUrl)
    const job = await followJob(
      start(...role('worker', wire, { REDIS_URL: redisUrl, QUEUE: queue.name })),
      queue,
      wire,
    )
    const desk = start(`${root}scripts/trails/desk.ts`, { cwd: root, env: process.env })
    return [
      trailOf('A log call', log.calls),
      trailOf('A request', request.calls),
      trailOf('A job', job.calls),
      trailOf('An OTLP request', await followDesk(desk, [log.request, span.request])),
    ]
  } finally {
    for (const followed of started) followed.stop()
    wire.close()
  }
}

function role(
  name: 'web' | 'worker',
  wire: Wire,
  env: NodeJS.ProcessEnv = {},
): Parameters<typeof startFollowed> {
  const settings = {
    PATH: process.env.PATH,
    OTEL_EXPORTER_OTLP_ENDPOINT: wire.url,
    OTEL_BLRP_SCHEDULE_DELAY: '100',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    CLEW_QUIET: '1',
  }
  return [
    'trails/app.cjs',
    {
      cwd: application,
      args: [name],
      execArgv: ['--require', '@clew/node/register'],
      env: { ...settings, ...env },
    },
  ]
}

async function followWeb(web: Followed, wire: Wire): Promise<{ log: Sent; request: Sent; span: Sent }> {
  const url = `http://127.0.0.1:${await web.next('ready')}`
  const get = async (path: string): Promise<unknown> => (await fetch(url + path)).text()
  const followAll = async () => {
    const request = await sentAfter(web, wire, '/v1/traces', () => get('/plain/7'))
    const arrived = web.next('at')
    const answer = get('/log')
    await arrived
    const log = await sentAfter(web, wire, '/v1/logs', async () => web.send({ goOn: 'before the call' }))
    const span = await sentAfter(web, wire, '/v1/traces', () => {
      web.send({ goOn: 'after the call' })
      return answer
    })
    return { request, log, span }
  }
  await followAll()
  await followAll()
  return followAll()
}

async function followJob(worker: Followed, queue: Queue, wire: Wire): Promise<Sent> {
  await worker.next('ready')
  const follow = () => sentAfter(worker, wire, '/v1/traces', () => queue.add('work', { order: 7 }))
  await follow()
  await follow()
  const sent = await follow()
  await queue.close()
  return sent
}

/** BullMQ as the application has it, in this process, where nothing is traced. */
function openQueue(redisUrl: string): Queue {
  const bullmq = createRequire(`${application}package.json`)('bullmq') as {
    Queue: new (name: string, options: object) => Queue
  }
  return new bullmq.Queue(`trails-${randomBytes(4).toString('hex')}`, { connection: { url: redisUrl } })
}

async function followDesk(desk: Followed, requests: WireRequest[]): Promise<Calls> {
  const url = await desk.next('ready')
  const sendAll = async (): Promise<void> => {
    for (const { path, headers, body } of requests) {
      const { ok, status } = await fetch(url + path, { method: 'POST', headers, body: new Uint8Array(body) })
      if (!ok) throw new Error(`the desk answers ${status}`)
    }
  }
  await sendAll()
  await desk.calls()
  await sendAll()
  return desk.calls()
}

/** Does something, and waits until what it makes is on the wire: what was called until then. */
async function sentAfter(
  followed: Followed,
  wire: Wire,
  path: string,
  act: () => Promise<unknown>,
): Promise<Sent> {
  await followed.calls()
  const answered = followed.next('answered')
  const sent = wire.next(path, () => followed.calls())
  await act()
  const { request, seen } = await sent
  await answered
  return { request, calls: seen }
}

function trailOf(name: string, calls: Calls): Trail {
  const files = Object.entries(calls).flatMap(([url, functions]) => {
    const path = url.startsWith('file:') ? fileURLToPath(url).slice(root.length) : ''
    return path.startsWith('packages/') && !path.includes('/test/') ? [[path, functions] as const] : []
  })
  return { name, files: Object.fromEntries(files) }
}

import { once } from 'node:events'
import { rmSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isMongodbExpected, startMongodb } from '../../../scripts/ferretdb.ts'
import { isMariadbExpected, startMariadb } from '../../../scripts/mariadb.ts'
import { nodeBinary, nodeMajors } from '../../../scripts/node-versions.ts'
import { type Service, startKafka, startPostgres, startRedis } from '../../../scripts/services.ts'
import { type AppOptions, killApps, preload, runApp, startApp } from './app-process.ts'
import { bundleMembers, isBundled } from './bundled-members.ts'
import { traceIdOf, traceparentOf } from './load/order-trace.ts'
import { type Member, members } from './members.ts'

const cwd = join(import.meta.dirname, 'fixtures/members')
const few = 120
const many = 10_000

let receiver: OtlpReceiver
const services: Service[] = []
let addresses: NodeJS.ProcessEnv
let bundle: Promise<string> | undefined

beforeAll(async () => {
  const [postgres, redis, kafka, mariadb, mongodb] = await Promise.all([
    startPostgres(),
    startRedis(),
    startKafka(),
    absent.includes('mysql2') ? undefined : startMariadb(),
    absent.includes('mongodb') ? undefined : startMongodb(),
  ])
  services.push(...[postgres, redis, kafka, mariadb, mongodb].filter((service) => service !== undefined))
  addresses = {
    ...{ PG_URL: postgres.url, REDIS_URL: redis.url, KAFKA_URL: kafka.url },
    ...{ MYSQL_URL: mariadb?.url, MONGODB_URL: mongodb?.url },
  }
  await Promise.all(nodeMajors.map(nodeBinary))
})
afterAll(async () => {
  killApps()
  await Promise.all(services.map((service) => service.stop()))
  if (bundle) rmSync(await bundle, { recursive: true, force: true })
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())

/** Those whose server is neither here nor expected. */
const absent = [
  ...(isMariadbExpected() ? [] : ['mysql2', 'mysql2-promise']),
  ...(isMongodbExpected() ? [] : ['mongodb']),
]

const forms = { CommonJS: 'app.cjs', ESM: 'app.mjs' } as const
const ways = nodeMajors.flatMap((node) =>
  Object.entries(forms).map(([form, app]) => ({
    ...{ node, form, app },
    count: node === 24 && form === 'CommonJS' ? many : few,
  })),
)

/** An application of the member with the preload. */
const withUs = (args: readonly string[], options: Partial<AppOptions> = {}): AppOptions => {
  const env = { ...addresses, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_QUIET: '1' }
  return { cwd, env, args: [...preload, ...args], ...options }
}
const withoutUs = (args: readonly string[]): AppOptions => ({ cwd, env: addresses, args })

const present = members.filter(({ name }) => !absent.includes(name))

describe.each(present)('$name', ({ name, kind, scope, functionName, many: most = many }) => {
  test.each(ways)('$count on Node $node, $form: each has the ids of its own request', async (way) => {
    const { app, node } = way
    const count = Math.min(way.count, most)
    if (kind === 'server') await checkServer(withUs([app, name, 'serve'], { node }), { count, functionName })
    else await checkClient(withUs([app, name, 'operate', String(count)], { node }), { count, scope, kind })
  })

  if (isBundled(name))
    test('in a bundle of everything it is joined once it is handed over', async () => {
      const env = { ...addresses, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_QUIET: '1' }
      bundle ??= bundleMembers()
      const options = { cwd: await bundle, env }
      if (kind === 'server')
        await checkServer({ ...options, args: ['app.mjs', name, 'serve'] }, { count: few, functionName })
      else
        await checkClient(
          { ...options, args: ['app.mjs', name, 'operate', String(few)] },
          { count: few, scope, kind },
        )
    })

  test.each(Object.values(forms))('what %s sees of it is as without us', async (app) => {
    const args = [app, name, 'show']
    const [ours, plain] = await Promise.all([runApp(withUs(args)), runApp(withoutUs(args))])
    expect({ ...ours, stdout: JSON.parse(ours.stdout) }).toEqual({
      ...plain,
      stdout: JSON.parse(plain.stdout),
    })
    expect({ code: plain.code, stderr: plain.stderr }).toEqual({ code: 0, stderr: '' })
  })

  test.each(endsOf(name))('%s ends the process as without us', async (end) => {
    const args = ['app.cjs', name, 'end', end]
    const [ours, plain] = await Promise.all([runApp(withUs(args)), runApp(withoutUs(args))])
    expect({ ...ours, stderr: comparable(ours.stderr) }).toEqual({
      ...plain,
      stderr: comparable(plain.stderr),
    })
    expect(plain.code).toBe(1)
  })
})

function endsOf(name: string): string[] {
  const library = process.getBuiltinModule('node:module').createRequire(join(cwd, 'app.cjs'))
  return Object.keys((library(`./libraries/${name}.cjs`) as { ends: object }).ends)
}

/**
 * Places in the application's own files are what must not change; those below them are of others. So is the one that Node shows first: of an
 * error whose stack was read before, as an exception of a span is, it knows none.
 */
function comparable(stderr: string): string[] {
  const lines = stderr.split('\n')
  const own = lines[0]!.includes('fixtures/members') ? lines : lines.slice(Math.max(0, lines.indexOf('')))
  return own.filter((line) => !/^\s+at (?!.*fixtures\/members)|^Node\.js v/.test(line))
}

async function checkServer(
  options: AppOptions,
  { count, functionName }: { count: number; functionName: string | undefined },
): Promise<void> {
  const app = await startApp(options)
  const { origin } = JSON.parse(await app.waitForLine((line) => line.startsWith('{')))
  const answers = await askAll(origin, count)
  app.kill('SIGTERM')
  const { code, stderr } = await app.ended
  const spans = new Map(receiver.spans.map((span) => [span.spanId, span]))
  const all = Array.from({ length: count }, (_, index) => index + 1)
  const records = new Map<number, number>()
  for (const { attributes, traceId, spanId } of receiver.logs) {
    const n = Number(attributes.n)
    const isOwn = traceId === traceIdOf(n) && spans.get(spanId)?.traceId === traceId
    records.set(n, (records.get(n) ?? 0) + (isOwn ? 1 : Number.NaN))
  }
  expect({
    ...{ code, stderr },
    names: [...new Set(receiver.spans.map((span) => span.name))],
    functions: [...new Set(receiver.spans.map((span) => span.attributes['code.function.name']))],
    spans: spans.size,
    wrong: answers.filter(({ n, traceId }, index) => n !== index + 1 || traceId !== traceIdOf(index + 1)),
    withoutTheirRecords: all.filter((n) => records.get(n) !== 2),
  }).toEqual({
    ...{ code: 0, stderr: '' },
    names: ['GET /items/:n'],
    functions: [functionName],
    spans: count,
    wrong: [],
    withoutTheirRecords: [],
  })
}

type Asker = { ask(path: string, headers: Record<string, string>): Promise<string>; close(): void }

/** Requests 1 to `count`, 100 at a time, each of a trace of its own; over HTTP/2 to an origin that begins with h2c. */
async function askAll(origin: string, count: number): Promise<{ n: number; traceId: string }[]> {
  const { ask, close } = origin.startsWith('h2c:') ? overHttp2(origin.slice(4)) : overHttp1(origin)
  const answers: { n: number; traceId: string }[] = []
  let next = 1
  const client = async (): Promise<void> => {
    while (next <= count) {
      const n = next++
      answers[n - 1] = JSON.parse(await ask(`/items/${n}`, { traceparent: traceparentOf(n) }))
    }
  }
  await Promise.all(Array.from({ length: 100 }, client))
  close()
  return answers
}

function overHttp1(origin: string): Asker {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 100 })
  return {
    ask: async (path, headers) => {
      const [response] = await once(http.get(origin + path, { headers, agent }), 'response')
      return textOf(response)
    },
    close: () => agent.destroy(),
  }
}

/** Ten at a time over each connection. */
function overHttp2(place: string): Asker {
  const connections = Array.from({ length: 10 }, () => http2.connect(`http:${place}`))
  let next = 0
  return {
    ask: (path, headers) => textOf(connections[next++ % 10]!.request({ ':path': path, ...headers })),
    close: () => {
      for (const connection of connections) connection.close()
    },
  }
}

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const piece of stream.setEncoding('utf8')) text += piece
  return text
}

async function checkClient(
  options: AppOptions,
  { count, scope, kind }: { count: number } & Pick<Member, 'scope' | 'kind'>,
): Promise<void> {
  const { code, stdout, stderr } = await runApp(options)
  const said: Record<string, unknown> = JSON.parse(stdout || '{}')
  const operations = Object.keys(said)
  const ofEach = Math.ceil(count / operations.length)
  const owners = new Map(
    receiver.spans.filter((span) => span.scope === 'application').map((span) => [span.spanId, span]),
  )
  const all = new Map(receiver.spans.map((span) => [span.spanId, span]))
  // What a logger makes of an operation are records of its span, what others make are spans below it.
  const made =
    kind === 'logger' ? receiver.logs.map((log) => ({ ...log, parentSpanId: log.spanId })) : receiver.spans
  const own = made.filter((one) => one.scope === scope)
  const strays = own.filter(
    ({ parentSpanId, traceId }) => parentSpanId && all.get(parentSpanId)?.traceId !== traceId,
  )
  const withOne = new Set(own.map(({ parentSpanId }) => parentSpanId))
  expect({
    ...{ code, stderr, said },
    ownersWithout: [...owners.values()].filter(({ spanId }) => !withOne.has(spanId)).length,
    owners: owners.size,
    strays,
    records: receiver.logs.filter((log) => log.scope !== scope && owners.has(log.spanId)).length,
  }).toEqual({
    ...{ code: 0, stderr: '' },
    said: Object.fromEntries(operations.map((name) => [name, { right: ofEach, wrong: 0, failed: 0 }])),
    ownersWithout: 0,
    owners: ofEach * operations.length,
    strays: [],
    records: ofEach * operations.length,
  })
  expect(operations.length).toBeGreaterThan(0)
}

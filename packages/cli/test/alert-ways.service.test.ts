import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Alert, createRedisStore, createSqliteStore } from '@clew/alert'
import { encodeLogsRequest, logsToJson } from '@clew/otlp'
import { Admin, Producer } from '@platformatic/kafka'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { startKafka, startRedis } from '../../../scripts/services.ts'
import { killApps, preload, startApp } from '../../node/test/app-process.ts'
import { killAll, runClew, startClew, startDeskCommand } from './clew-process.ts'
import { requestOf, type ShopRecord, shopRules, shopTraffic } from './shop-traffic.ts'

const count = Number(process.env.ALERT_WAYS_RECORDS ?? 20_000)
const folder = mkdtempSync(join(tmpdir(), 'clew-alert-ways-'))
const rules = join(folder, 'alerts.yaml')
writeFileSync(rules, shopRules(count))
/** Of one try, as its topic is. */
let directory: string
let tryId: string

beforeEach(() => {
  tryId = randomUUID()
  directory = join(folder, tryId)
  mkdirSync(directory)
})
afterEach(() => {
  killAll()
  killApps()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A way that is ready: gets records, and tells what alerts came of them once all were judged. */
type Way = { run(epochs: readonly ShopRecord[][]): Promise<Alert[]> }

const mostAlerts = 1000
const inRequest = 250

function* requestsOf(records: readonly ShopRecord[]): Generator<ReturnType<typeof requestOf>> {
  for (let at = 0; at < records.length; at += inRequest) yield requestOf(records.slice(at, at + inRequest))
}

async function historyOf(path: string): Promise<Alert[]> {
  const store = createSqliteStore(path, Date.now)
  const alerts = await store.history(mostAlerts)
  await store.close()
  return alerts
}

async function application(): Promise<Way> {
  const spool = join(directory, 'spool')
  const app = await startApp({
    cwd: join(import.meta.dirname, '../../node/test/fixtures/alerts'),
    args: [...preload, 'replay.cjs'],
    env: {
      ...{ CLEW_QUIET: '1', CLEW_ALERTS: rules, CLEW_SPOOL_DIR: spool },
      ...{ OTEL_SERVICE_NAME: 'shop', OTEL_LOGS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' },
    },
  })
  const port = await app.waitForLine((line) => /^\d+$/.test(line))
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`)
  return {
    async run(epochs) {
      const file = join(directory, 'records.ndjson')
      writeFileSync(
        file,
        epochs
          .flat()
          .map((record) => `${JSON.stringify(record)}\n`)
          .join(''),
      )
      await get(`/log?file=${encodeURIComponent(file)}`)
      await get('/end')
      expect(await app.ended).toMatchObject({ code: 0, stderr: '' })
      const [state] = readdirSync(spool).filter((name) => name.endsWith('.sqlite'))
      return historyOf(join(spool, state!))
    },
  }
}

/** The desk goes on, for the replay. */
async function desk(): Promise<Way & { url: string; stop(): Promise<Alert[]> }> {
  const data = join(directory, 'desk')
  const running = await startDeskCommand(['--data', data, '--alerts', rules])
  const stop = async (): Promise<Alert[]> => {
    expect(await running.stop()).toBe(0)
    return historyOf(join(data, 'alerts.db'))
  }
  return {
    url: running.url,
    stop,
    async run(epochs) {
      for (const request of requestsOf(epochs.flat())) {
        const body = new Blob([encodeLogsRequest(request) as BlobPart])
        const headers = { 'content-type': 'application/x-protobuf' }
        const { status } = await fetch(`${running.url}/v1/logs`, { method: 'POST', headers, body })
        expect(status).toBe(200)
      }
      return []
    },
  }
}

const eventually = { timeout: 60_000, interval: 50 }

async function kafka(): Promise<Way> {
  const [broker, server] = await Promise.all([startKafka(), startRedis()])
  // No other test has this database.
  const state = `${server.url}/7`
  const redis = new Redis(state)
  await redis.flushdb()
  const store = createRedisStore(redis)
  const topic = `log_raw-ways-${tryId}`
  const base = { clientId: 'test', bootstrapBrokers: [broker.url] }
  const [admin, producer] = [new Admin(base), new Producer(base)]
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 })
  const from = `kafka://${broker.url}/${topic}?begin=earliest&group=${topic}`
  const runs = [1, 2].map(() => startClew(['alert', 'run', rules, '--from', from, '--state', state]))
  const members = async (): Promise<number> =>
    [...((await admin.describeGroups({ groups: [topic] })).get(topic)?.members.values() ?? [])].filter(
      ({ assignments }) => assignments !== undefined && [...assignments.values()].length > 0,
    ).length
  await expect.poll(members, eventually).toBe(2)
  const sent = [0, 0]
  const isJudged = async (): Promise<boolean> => {
    const at = await Promise.all(sent.map((_, index) => store.positionOf(`${topic}/${index}`)))
    return (
      sent.every((many, index) => at[index] === many) && (await store.due(await store.low(), 1)).length === 0
    )
  }
  return {
    async run(epochs) {
      for (const records of epochs) {
        const messages = [0, 1].flatMap((partition) =>
          [...requestsOf(records.filter(({ attributes }) => partitionOf(attributes.shop) === partition))].map(
            (request) => ({ topic, partition, value: Buffer.from(encodeLogsRequest(request)) }),
          ),
        )
        await producer.send({ messages, acks: -1 })
        for (const { partition } of messages) sent[partition]!++
        await expect.poll(isJudged, eventually).toBe(true)
      }
      const alerts = await store.history(mostAlerts)
      expect(await Promise.all(runs.map((run) => run.stop()))).toEqual([0, 0])
      await Promise.all([admin.close(), producer.close(), redis.quit()])
      await Promise.all([broker.stop(), server.stop()])
      return alerts
    },
  }
}

const partitionOf = (shop: unknown): number => Number(String(shop).slice(-1)) % 2

async function replayed(words: readonly string[]): Promise<Alert[]> {
  const { code, stdout, stderr } = await runClew(['alert', 'test', rules, '--json', ...words])
  expect([code, stderr.replaceAll(/^….*\n/gm, '')]).toEqual([0, ''])
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Alert]))
}

const shown = (alerts: readonly Alert[]): string[] => alerts.map((alert) => JSON.stringify(alert)).toSorted()

/** What time tells has the lines that had come by then: of two partitions one may be ahead. */
const toldByTime = new Set(['flatline', 'spike', 'ratio', 'cardinality', 'aggregate'])
const withoutLateLines = (alerts: readonly Alert[]): Alert[] =>
  alerts.map((alert) =>
    alert.state === 'resolved' || toldByTime.has(alert.rule) ? { ...alert, lines: [] } : alert,
  )

/** Of two lists that are long and mostly the same. */
function differences(ours: readonly string[], theirs: readonly string[]): string[] {
  const [some, others] = [new Set(ours), new Set(theirs)]
  return [
    ...ours.filter((one) => !others.has(one)).map((one) => `+ ${one.slice(0, 300)}`),
    ...theirs.filter((one) => !some.has(one)).map((one) => `- ${one.slice(0, 300)}`),
  ].slice(0, 20)
}

test('the application, the desk, two processes over Kafka and Redis, and both replays tell the same alerts with the same ids', {
  timeout: 280_000,
}, async () => {
  const [app, running, consumers] = await Promise.all([application(), desk(), kafka()])
  // Times run ahead of the clock, as far as a clock may be ahead: so a busy machine makes nothing late.
  const epochs = shopTraffic(count, Date.now() + 5000)
  const file = join(directory, 'app.log')
  const lines = [...requestsOf(epochs.flat())].map((request) => `${logsToJson(request)}\n`)
  writeFileSync(file, lines.join(''))
  const [ofApplication, , ofKafka] = await Promise.all([
    app.run(epochs),
    running.run(epochs),
    consumers.run(epochs),
  ])
  const [ofFile, fromDesk] = await Promise.all([
    replayed(['--replay', file]),
    replayed(['--desk', running.url]),
  ])
  const wanted = shown(ofFile)
  expect([
    new Set(ofFile.map(({ rule }) => rule)).size,
    wanted.length > 200,
    wanted.length < mostAlerts,
  ]).toEqual([12, true, true])
  expect(differences(shown(ofApplication), wanted)).toEqual([])
  expect(differences(shown(await running.stop()), wanted)).toEqual([])
  expect(differences(shown(fromDesk), wanted)).toEqual([])
  expect(differences(shown(withoutLateLines(ofKafka)), shown(withoutLateLines(ofFile)))).toEqual([])
})

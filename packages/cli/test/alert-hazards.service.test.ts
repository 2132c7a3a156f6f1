import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Alert, type AlertStore, createRedisStore, createSqliteStore } from '@clew/alert'
import { Admin, Producer } from '@platformatic/kafka'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort, type Service, startKafka, startRedis } from '../../../scripts/services.ts'
import { killApps, preload, startApp } from '../../node/test/app-process.ts'
import { killAll, runClew, startClew, startDeskCommand } from './clew-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-alert-hazards-'))
const rules = join(folder, 'alerts.yaml')
/** Of one try of one test, as its topics are. */
let directory: string
let tryId: string
writeFileSync(
  rules,
  `channels:
  chat: { type: wecom, url: '\${NOT_THERE}' }
  ops: { type: slak }
rules:
  - { id: first, type: frequency, threshold: 3, window: 5 }
  - { id: second, type: frequncy }
  - { id: third, type: any, where: 'dur>200ms' }
  - { id: fourth, type: ratio, of: level>=err, window: 5m, above: 0.5 }
  - { id: fifth, type: ratio, of: failed, window: 5m, above: 5 }
  - { id: sixth, type: flatline, window: 1ns }
  - { id: slow, type: frequency, where: '"(a+)+$" OR "a a a a a a a a a c*"', threshold: 100, window: 5m }
  - { id: good, type: frequency, where: payment_failed, threshold: 5, window: 5m }
silences:
  - { rule: good, until: tomorrow }
inhibt: []
`,
)
// A search that would hang if it were a regular expression is words, as any other.

/** What is said of the file, wherever it is read. */
const mistakes = [
  'alerts.yaml:2: channels: chat: url: the environment has no NOT_THERE; set it, or write the value itself',
  'alerts.yaml:3: channels: ops: type: nobody knows the type "slak"; did you mean slack?',
  'alerts.yaml:5: rules[0] "first": window: "5" has no unit; write "30s", "15m", "2h" or "7d"',
  'alerts.yaml:6: rules[1] "second": type: "frequncy" is unknown; write frequency, any,',
  'alerts.yaml:7: rules[2] "third": where: "dur>200ms" asks for a span, a chain or a pattern; a rule looks at one',
  'alerts.yaml:8: rules[3] "fourth": of: character 1 of "level>=err"; level "err" is unknown; did you mean "error"?',
  'alerts.yaml:9: rules[4] "fifth": above: 5; a share is a number from 0 to 1: write 0.05 for 5 %',
  'alerts.yaml:10: rules[5] "sixth": window: "1ns" is too short; write "1s" or more',
  'alerts.yaml:14: silences[0]: until: "tomorrow" is no moment; write 2026-11-29T22:00:00+08:00',
  'alerts.yaml:15: inhibt: nobody knows this field; did you mean inhibit?',
]

let kafka: Service
let redis: Service
beforeAll(async () => {
  ;[kafka, redis] = await Promise.all([startKafka(), startRedis()])
})
beforeEach(() => {
  tryId = randomUUID()
  directory = join(folder, tryId)
  mkdirSync(directory)
})
afterEach(() => {
  killAll()
  killApps()
})
afterAll(async () => {
  await Promise.all([kafka.stop(), redis.stop()])
  rmSync(folder, { recursive: true })
})

type Line = { unixMs: number; text: string }
const broken = '{"broken'

/** Failures as they should be, of tomorrow, without a time and of a megabyte; `undefined` is what nobody can read. */
function lines(): (Line | undefined)[] {
  const nowMs = Date.now()
  const failure = (order: number, unixMs: number, more = ''): Line => ({
    unixMs,
    text: `payment_failed order=${order}${more}`,
  })
  return [
    ...[failure(1, nowMs - 3000), failure(2, nowMs - 2000), failure(3, nowMs + 86_400_000), failure(4, 0)],
    ...[
      undefined,
      failure(5, nowMs - 1000, ` c${' a'.repeat(450_000)}`),
      failure(6, nowMs),
      failure(7, nowMs),
    ],
  ]
}

/** As loggers write it. */
const jsonOf = (line: Line | undefined): string =>
  line === undefined
    ? broken
    : JSON.stringify({ ...(line.unixMs > 0 && { ts: line.unixMs }), level: 'error', message: line.text })

const otlpOf = (line: Line | undefined): string =>
  line === undefined
    ? broken
    : JSON.stringify({
        resourceLogs: [
          {
            scopeLogs: [
              { logRecords: [{ timeUnixNano: `${line.unixMs}000000`, body: { stringValue: line.text } }] },
            ],
          },
        ],
      })

/** What a way comes to: what was decided, the alert, and what was said on the way. */
type Outcome = { reasons: object; alerts: Alert[]; said: string }

async function outcomeOf(store: AlertStore, said: string): Promise<Outcome> {
  const { counts } = await store.explain(0)
  const alerts = await store.history(10)
  await store.close()
  return { reasons: Object.fromEntries(counts.get('good') ?? []), alerts, said }
}

const eventually = { timeout: 60_000, interval: 50 }

async function postAll(url: string): Promise<number[]> {
  const statuses: number[] = []
  for (const line of lines()) {
    const headers = { 'content-type': 'application/json' }
    statuses.push((await fetch(url, { method: 'POST', headers, body: otlpOf(line) })).status)
  }
  return statuses
}

const answered = [200, 200, 200, 200, 400, 200, 200, 200]

/** Lets consumers of what `send` brings run until all is judged. Each has a database of Redis that no other test has. */
async function consumed(from: string, database: number, send: () => Promise<void>): Promise<Outcome> {
  const state = `${redis.url}/${database}`
  const client = new Redis(state)
  await client.flushdb()
  const store = createRedisStore(client)
  await send()
  const run = startClew(['alert', 'run', rules, '--from', from, '--state', state])
  const judged = async (): Promise<number> =>
    [...((await store.explain(0)).counts.get('good')?.values() ?? [])].reduce((sum, count) => sum + count, 0)
  await expect.poll(judged, eventually).toBe(7)
  expect(await run.stop()).toBe(0)
  const outcome = await outcomeOf(store, run.output.stderr)
  await client.quit()
  return outcome
}

const ways: { [name: string]: () => Promise<Outcome> } = {
  async 'in the application'() {
    const spool = join(directory, 'spool')
    const app = await startApp({
      cwd: join(import.meta.dirname, '../../node/test/fixtures/alerts'),
      args: [...preload, 'replay.cjs'],
      env: {
        CLEW_ALERTS: rules,
        CLEW_SPOOL_DIR: spool,
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_TRACES_EXPORTER: 'none',
      },
    })
    const port = await app.waitForLine((line) => /^\d+$/.test(line))
    const file = join(directory, 'records.ndjson')
    const records = lines().flatMap((line) =>
      line ? [{ timeUnixMs: line.unixMs, severityNumber: 17, severityText: '', body: line.text }] : [],
    )
    writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
    await fetch(`http://127.0.0.1:${port}/log?file=${encodeURIComponent(file)}`)
    await fetch(`http://127.0.0.1:${port}/end`)
    const { code, stderr } = await app.ended
    expect(code).toBe(0)
    const [state] = readdirSync(spool).filter((name) => name.endsWith('.sqlite'))
    return outcomeOf(createSqliteStore(join(spool, state!), Date.now), stderr)
  },
  async 'in the desk'() {
    const data = join(directory, 'desk')
    const desk = await startDeskCommand(['--data', data, '--alerts', rules])
    expect(await postAll(`${desk.url}/v1/logs`)).toEqual(answered)
    const { stdout, stderr } = await runClew(['alert', 'test', rules, '--desk', desk.url, '--json'])
    expect(await desk.stop()).toBe(0)
    const outcome = await outcomeOf(createSqliteStore(join(data, 'alerts.db'), Date.now), desk.output.stderr)
    const ids = (stdout.match(/"id":"[0-9a-f]{16}"/g) ?? []).toSorted()
    expect([ids, mistakesIn(stderr)]).toEqual([outcome.alerts.map(({ id }) => `"id":"${id}"`), mistakes])
    return outcome
  },
  async 'of lines on stdin'() {
    const state = join(directory, 'stdin.db')
    const words = ['alert', 'run', rules, '--from', '-', '--state', state]
    const { code, stderr } = await runClew(words, {}, `${lines().map(jsonOf).join('\n')}\n`)
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('stdin: 1 lines are no records, the first is line 5 ('),
    ])
    return outcomeOf(createSqliteStore(state, Date.now), stderr)
  },
  async 'over OTLP'() {
    const state = join(directory, 'otlp.db')
    const port = await freePort()
    const run = startClew(['alert', 'run', rules, '--from', `otlp://127.0.0.1:${port}`, '--state', state])
    const url = `http://127.0.0.1:${port}/v1/logs`
    await expect
      .poll(
        () =>
          fetch(url).then(
            () => true,
            () => false,
          ),
        eventually,
      )
      .toBe(true)
    expect(await postAll(url)).toEqual(answered)
    expect(await run.stop()).toBe(0)
    return outcomeOf(createSqliteStore(state, Date.now), run.output.stderr)
  },
  async 'over a stream of Redis'() {
    const stream = `log_raw-${tryId}`
    const outcome = await consumed(`${redis.url}/9/${stream}?begin=earliest`, 8, async () => {
      const client = new Redis(`${redis.url}/9`)
      for (const line of lines()) await client.xadd(stream, '*', 'log', jsonOf(line))
      await client.quit()
    })
    expect(outcome.said).toMatch(
      /stream log_raw-\S+, entry \d+-\d+: neither OTLP nor a JSON object \(.*\); passed over/,
    )
    return outcome
  },
  async 'over Kafka'() {
    const topic = `log_raw-hazards-${tryId}`
    const base = { clientId: 'test', bootstrapBrokers: [kafka.url] }
    const [admin, producer] = [new Admin(base), new Producer(base)]
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
    const from = `kafka://${kafka.url}/${topic}?begin=earliest&group=${topic}`
    const outcome = await consumed(from, 10, async () => {
      for (const line of lines())
        await producer.send({
          messages: [{ topic, partition: 0, value: Buffer.from(jsonOf(line)) }],
          acks: -1,
        })
    })
    expect(outcome.said).toMatch(
      /topic log_raw-\S+, partition 0, offset 4: neither OTLP nor a JSON object \(.*\); passed over/,
    )
    await Promise.all([admin.close(), producer.close()])
    return outcome
  },
  async 'in the replay of a file'() {
    const file = join(directory, 'app.log')
    writeFileSync(file, `${lines().map(jsonOf).join('\n')}\n`)
    const words = ['alert', 'test', rules, '--replay', file]
    const { code, stdout, stderr } = await runClew([...words, '--json'])
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 lines are no records, line 5 first: ')])
    const counts = (await runClew(words)).stdout.match(/^good: (.*)$/m)![1]!
    const reasons = counts.split(', ').map((one) => [one.split(' ')[1], Number(one.split(' ')[0])])
    const alerts = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Alert)
    return { reasons: Object.fromEntries(reasons), alerts, said: stderr }
  },
}

const mistakesIn = (said: string): string[] => mistakes.filter((mistake) => said.includes(mistake))

test.each(Object.entries(ways))(
  '%s, ten mistakes are told and the good rule counts what is of tomorrow, of no time and of a megabyte',
  async (_, run) => {
    const { reasons, alerts, said } = await run()
    expect(reasons).toEqual({ below: 4, fired: 1, cooling: 2 })
    expect(mistakesIn(said)).toEqual(mistakes)
    const [alert] = alerts
    expect(alerts.map(({ rule, state }) => [rule, state])).toEqual([['good', 'firing']])
    const orders = alert!.lines.map(({ text }) => /order=(\d)/.exec(text)![1])
    expect([orders.toSorted(), Math.max(...alert!.lines.map(({ text }) => text.length)) < 5000]).toEqual([
      ['1', '2', '3', '4', '5'],
      true,
    ])
    // No clock was moved by the record of tomorrow.
    expect(alert!.atUnixMs).toBeLessThan(Date.now() + 1000)
  },
)

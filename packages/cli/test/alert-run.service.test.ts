import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRedisStore } from '@clew/alert'
import { Admin, Producer, stringSerializers } from '@platformatic/kafka'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Service, startKafka } from '../../../scripts/services.ts'
import { startBot } from '../../alert/test/bot.ts'
import { killAll, runClew, startClew } from './clew-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-alert-run-'))
/** Of one try of one test, as its topics are. */
let directory: string
let tryId: string
let kafka: Service
beforeAll(async () => {
  kafka = await startKafka()
})
beforeEach(() => {
  tryId = randomUUID()
  directory = join(folder, tryId)
  mkdirSync(directory)
})
afterEach(killAll)
afterAll(async () => {
  await kafka.stop()
  rmSync(folder, { recursive: true })
})

const fine = { body: '{"errcode":0,"errmsg":"ok"}' }

function ruleFile(name: string, url: string): string {
  const path = join(directory, name)
  writeFileSync(
    path,
    `desk: http://desk.example
channels:
  pay: { type: wecom, url: "${url}/cgi-bin/webhook/send?key=k" }
rules:
  - id: payment-failed-500
    where: payment_failed status:500
    type: frequency
    threshold: 3
    window: 5m
    severity: critical
    notify: pay
`,
  )
  return path
}

const failure = (n: number): string =>
  JSON.stringify({
    ts: Date.now() - 1000 + n,
    level: 'error',
    service: 'checkout',
    message: `payment_failed order=${n}`,
    status: 500,
    trace_id: String(n).padStart(32, 'a'),
  })

test('two processes over Kafka and Redis tell three failures once, with lines and links; a fourth is silent', async () => {
  const bot = await startBot([], fine)
  const rules = ruleFile('kafka.yaml', bot.url)
  const topic = `log_raw-${tryId}`
  const base = { clientId: 'test', bootstrapBrokers: [kafka.url] }
  const admin = new Admin(base)
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 })
  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true })
  const redis = new Redis(process.env.REDIS_URL!)
  await redis.del(...(await redis.keys('{clew}:*')), 'nothing')
  const store = createRedisStore(redis)
  const words = ['alert', 'run', rules, '--from', `kafka://${kafka.url}/${topic}?begin=earliest`]
  const runs = [1, 2].map(() => startClew([...words, '--state', process.env.REDIS_URL!]))
  const send = (...numbers: number[]) =>
    producer.send({
      messages: numbers.map((n) => ({ topic, partition: n % 4, key: String(n), value: failure(n) })),
    })
  await send(1, 2, 3)
  await expect.poll(() => bot.received.length, { timeout: 60_000 }).toBe(1)
  await send(4)
  const decided = async () =>
    Object.fromEntries((await store.explain(0)).counts.get('payment-failed-500') ?? [])
  await expect.poll(decided, { timeout: 60_000 }).toEqual({ below: 2, fired: 1, cooling: 1 })
  const codes = await Promise.all(runs.map((run) => run.stop()))
  const said = runs.map(({ output }) => output.stderr).join('')
  expect([codes, bot.received.map(({ body }) => body)], said).toEqual([[0, 0], [expect.any(String)]])
  for (const n of [1, 2, 3]) {
    expect(bot.received[0]!.body).toContain(`payment_failed order=${n}`)
    expect(bot.received[0]!.body).toContain(`http://desk.example/t/${String(n).padStart(32, 'a')}`)
  }
  await Promise.all([admin.close(), producer.close(), redis.quit(), bot.stop()])
})

/** Two processes of one group that read a partition each, with these states, and what they have of templates. */
async function startPair(states: readonly string[], name: string) {
  const rules = join(directory, `${name}.yaml`)
  writeFileSync(rules, 'rules: [{ id: soon, type: early, where: "*" }]')
  const topic = `log_raw-${name}-${tryId}`
  const base = { clientId: 'test', bootstrapBrokers: [kafka.url] }
  const admin = new Admin(base)
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 })
  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true })
  const address = `kafka://${kafka.url}/${topic}?begin=earliest&group=${topic}`
  const from = ['--from', address, '--metrics-port', '0']
  const runs = states.map((state) => startClew(['alert', 'run', rules, ...from, '--state', state]))
  const shown = /metrics at (http:\S+);/
  const samples = (): Promise<string[]> =>
    Promise.all(
      runs.map(async ({ output }) => {
        const url = shown.exec(output.stdout)?.[1]
        // The server may close a connection that is used again just then.
        return url ? fetch(url).then((response) => response.text(), String) : ''
      }),
    )
  const send = async (texts: readonly string[]): Promise<void> => {
    const messages = texts.map((message, at) => {
      const line = { ts: Date.now(), level: 'info', service: 'web', message }
      return { topic, partition: at % 2, value: JSON.stringify(line) }
    })
    await producer.send({ messages })
  }
  // A partition in which nothing ever came has no clock.
  const partitions = async (): Promise<number[]> => {
    await send(['order 1 stored', 'order 2 stored'])
    return (await samples()).map((text) => text.match(/^logalert_lag_seconds\{/gm)?.length ?? 0)
  }
  await expect.poll(partitions, { timeout: 60_000, interval: 500 }).toEqual([1, 1])
  return {
    greet: () =>
      send(['ann', 'dan', 'bob', 'eve', 'cid', 'fay'].map((name) => `hello ${name}, welcome to us`)),
    /** Of each process, its templates with their ids. */
    async templates(): Promise<string[][]> {
      const line = /^log_pattern_events_total\{pattern="(\d+)",template="(hello[^"]*)"/gm
      return (await samples()).map((text) => [...text.matchAll(line)].map(([, id, own]) => `${id} ${own}`))
    },
    async stop(): Promise<(number | null)[]> {
      await Promise.all([admin.close(), producer.close()])
      return Promise.all(runs.map((run) => run.stop()))
    },
  }
}

test('two processes whose state is in Redis have the same template ids, and two with states of their own have others', async () => {
  const url = new URL(process.env.REDIS_URL!)
  url.pathname = '/5'
  const redis = new Redis(url.href)
  await redis.flushdb()
  const alone = await startPair(
    [1, 2].map((at) => join(directory, `pair-${at}.db`)),
    'alone',
  )
  await alone.greet()
  const flat = async () => (await alone.templates()).map((own) => own.length)
  await expect.poll(flat, { timeout: 20_000 }).toEqual([3, 3])
  const together = await startPair([url.href, url.href], 'together')
  const greeted = async (): Promise<string[][]> => {
    await Promise.all([alone.greet(), together.greet()])
    return together.templates()
  }
  const one = expect.stringMatching(/^\d+ hello <\*>, welcome to us$/)
  await expect.poll(greeted, { timeout: 60_000, interval: 500 }).toEqual([[one], [one]])
  const [first, second] = await together.templates()
  expect(first).toEqual(second)
  expect(new Set((await alone.templates()).flat()).size).toBe(6)
  expect(await Promise.all([alone.stop(), together.stop()])).toEqual([
    [0, 0],
    [0, 0],
  ])
  await redis.flushdb()
  await redis.quit()
})

test('lines on stdin are judged to their end, and windows outlive the process in a file', async () => {
  const bot = await startBot([], fine)
  const rules = ruleFile('stdin.yaml', bot.url)
  const words = ['alert', 'run', rules, '--from', '-', '--state', join(directory, 'state.db')]
  const first = await runClew(words, {}, `${failure(1)}\n${failure(2)}\nno json\n`)
  expect([first.code, bot.received.length]).toEqual([0, 0])
  expect(first.stderr).toContain('stdin: 1 lines are no records, the first is line 3')
  const second = await runClew(words, {}, `${failure(3)}\n`)
  expect([second.code, second.stderr, bot.received.length]).toEqual([0, '', 1])
  await bot.stop()
})

test('what cannot be read from says what to write', async () => {
  const rules = ruleFile('wrong.yaml', 'http://127.0.0.1:9')
  const sources = [
    ...[undefined, 'ftp://x', 'kafka://host', 'redis://host', 'otlp://:x'],
    ...['kafka://me:p@ss/word@host/topic', 'kafka://me:password@host/topic?sasl=md5'],
  ]
  const outcomes = await Promise.all(
    sources.map((from) => runClew(['alert', 'run', rules, ...(from === undefined ? [] : ['--from', from])])),
  )
  expect(outcomes.map(({ code, stderr }) => [code, stderr.split(';')[0]!.trim()])).toEqual([
    [1, 'clew alert: say where records come from: --from kafka://host:9092/log_raw, or - for stdin'],
    [1, 'clew alert: --from "ftp://x": it is no source'],
    [1, 'clew alert: --from "kafka://host": it has no host or no topic'],
    [1, 'clew alert: --from "redis://host": it has no stream'],
    [1, 'clew alert: --from "otlp://:x": it is no address'],
    [1, 'clew alert: --from "kafka://***@host/topic": it has no host or no topic'],
    [1, 'clew alert: --from: sasl: "md5" is unknown'],
  ])
})

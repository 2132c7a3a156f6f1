import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin, Producer, stringSerializers } from '@platformatic/kafka'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Service, startKafka } from '../../../scripts/services.ts'
import { startBot } from '../../alert/test/bot.ts'
import { killAll, runClew, startClew } from './clew-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'clew-alert-run-'))
let kafka: Service
beforeAll(async () => {
  kafka = await startKafka()
})
afterEach(killAll)
afterAll(async () => {
  await kafka.stop()
  rmSync(directory, { recursive: true })
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
  const topic = `log_raw-${process.pid}`
  const base = { clientId: 'test', bootstrapBrokers: [kafka.url] }
  const admin = new Admin(base)
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 })
  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true })
  const redis = new Redis(process.env.REDIS_URL!)
  await redis.del(...(await redis.keys('{clew}:*')), 'nothing')
  const words = ['alert', 'run', rules, '--from', `kafka://${kafka.url}/${topic}?begin=earliest`]
  const runs = [1, 2].map(() => startClew([...words, '--state', process.env.REDIS_URL!]))
  const send = (...numbers: number[]) =>
    producer.send({
      messages: numbers.map((n) => ({ topic, partition: n % 4, key: String(n), value: failure(n) })),
    })
  await send(1, 2, 3)
  await expect.poll(() => bot.received.length, { timeout: 60_000 }).toBe(1)
  await send(4)
  await expect.poll(async () => (await redis.keys('{clew}:*')).length, { timeout: 10_000 }).toBeGreaterThan(0)
  const codes = await Promise.all(runs.map((run) => run.stop()))
  expect([codes, bot.received.length]).toEqual([[0, 0], 1])
  for (const n of [1, 2, 3]) {
    expect(bot.received[0]!.body).toContain(`payment_failed order=${n}`)
    expect(bot.received[0]!.body).toContain(`http://desk.example/t/${String(n).padStart(32, 'a')}`)
  }
  await Promise.all([admin.close(), producer.close(), redis.quit(), bot.stop()])
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

import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { Admin, Consumer } from '@platformatic/kafka'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { freePort, startKafka } from '../../../scripts/services.ts'
import { makeSecrets } from '../../otlp/test/secrets.ts'
import { type Ending, killApps, preload, runApp, startApp } from './app-process.ts'

const cwd = join(import.meta.dirname, 'fixtures/redact')
const folder = mkdtempSync(join(tmpdir(), 'clew-redact-'))
const secrets = makeSecrets(500, 11).map(({ kind, text: secret }) => ({
  text: secret,
  key: kind === 'password' ? 'userPassword' : 'note',
  said: kind === 'password' ? `login with password=${secret} failed` : `seen ${secret}, then more`,
}))
const file = join(folder, 'secrets.json')
writeFileSync(file, JSON.stringify(secrets))

const messages: string[] = []
/** Shaped like the WeCom group bot. */
const bot = createServer(async (request, response) => {
  messages.push(await text(request))
  response.setHeader('content-type', 'application/json').end('{"errcode":0,"errmsg":"ok"}')
}).listen(0, '127.0.0.1')
await once(bot, 'listening')

const closers: (() => unknown)[] = []
let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  messages.length = 0
  await Promise.all(closers.splice(0).map((close) => close()))
  await receiver.close()
})
afterAll(() => {
  killApps()
  bot.close()
  rmSync(folder, { recursive: true })
})

function run(more: NodeJS.ProcessEnv): Promise<Ending> {
  const botUrl = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/cgi-bin/webhook/send?key=k`
  const env = { CLEW_QUIET: '1', WECOM_URL: botUrl, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more }
  return runApp({ cwd, args: [...preload, 'secrets.cjs', file], env })
}

/** The secrets that are in a text, as they are or as a URL has them. */
function leaks(sent: string): string[] {
  const found = secrets.filter(
    ({ text: secret }) => sent.includes(secret) || sent.includes(encodeURIComponent(secret)),
  )
  return found.map(({ text: secret }) => secret)
}

const received = (): string =>
  JSON.stringify([receiver.logs, receiver.spans], (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )

/** An OTLP receiver, a syslog server and a file, of which all that came is read as one text. */
async function startDestinations(protocol: 'http' | 'grpc'): Promise<{
  env: NodeJS.ProcessEnv
  otlp: OtlpReceiver
  read(): Promise<Record<string, string>>
}> {
  const otlp = await startOtlpReceiver({ protocol })
  const place = mkdtempSync(join(folder, 'to-'))
  const messages: Promise<string>[] = []
  const syslog = createTcpServer((socket) => messages.push(text(socket)))
  await once(syslog.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => void syslog.close(), otlp.close)
  return {
    otlp,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
      CLEW_FILE_PATH: join(place, 'out.jsonl'),
      CLEW_SYSLOG_ADDRESS: `tcp://127.0.0.1:${(syslog.address() as AddressInfo).port}`,
      CLEW_SPOOL_DIR: join(place, 'spool'),
    },
    async read() {
      const received = [...otlp.logs, ...otlp.spans].map((one) =>
        inspect(one, { depth: 20, maxStringLength: null }),
      )
      return {
        OTLP: received.join('\n'),
        file: readAll(place, 'out'),
        spool: readAll(place, 'spool'),
        syslog: (await Promise.all(messages)).join('\n'),
      }
    },
  }
}

/** All files below a folder whose path begins so, as one text. */
function readAll(place: string, beginning: string): string {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && join(entry.parentPath, entry.name).startsWith(join(place, beginning)),
    )
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

test.for([
  { mode: 'on', protocol: 'http/protobuf', format: 'otel', keep: 'all' },
  { mode: 'on', protocol: 'http/json', format: 'ecs', keep: '0' },
  { mode: 'on', protocol: 'grpc', format: 'otlp_json', keep: '0' },
  // Each of the places would have them.
  { mode: 'report', protocol: 'http/protobuf', format: 'otel', keep: '0' },
] as const)(
  'CLEW_REDACT=$mode: which of 500 secrets leave by $protocol, in a file of $format lines, with $keep of INFO kept and the rest held',
  async ({ mode, protocol, format, keep }) => {
    const to = await startDestinations(protocol === 'grpc' ? 'grpc' : 'http')
    const [service, attribute] = [secrets[1]!, secrets[0]!]
    const { code, stdout, stderr } = await run({
      ...to.env,
      ...{
        CLEW_REDACT: mode,
        CLEW_ALERTS: 'alerts.yaml',
        CLEW_QUIET: '0',
        OTEL_LOG_LEVEL: 'all',
        CLEW_KEEP: keep,
      },
      ...{ OTEL_LOGS_EXPORTER: 'otlp,console', OTEL_TRACES_EXPORTER: 'otlp,console' },
      ...{ OTEL_EXPORTER_OTLP_PROTOCOL: protocol, CLEW_FILE_FORMAT: format },
      ...{ CLEW_PROMETHEUS_PORT: String(await freePort()), CLEW_PROMETHEUS_MAX_MODULES: '2000' },
      OTEL_SERVICE_NAME: `shop ${service.said}`,
      OTEL_RESOURCE_ATTRIBUTES: `${attribute.key}=${encodeURIComponent(attribute.text)},db.password=x`,
    })
    await to.otlp.waitForLogs(1600, 20_000)
    await to.otlp.waitForSpans(500, 20_000)
    await expect.poll(() => messages.length, { timeout: 20_000 }).toBeGreaterThan(0)
    const sent = { ...(await to.read()), stdout, stderr, alerts: messages.join('\n') }
    const found = Object.entries(sent).flatMap(([place, one]) => (leaks(one).length > 0 ? [place] : []))
    expect(found.filter((place) => mode === 'on' || place !== 'spool').sort()).toEqual(
      mode === 'on' ? [] : ['OTLP', 'alerts', 'file', 'stderr', 'stdout', 'syslog'],
    )
    expect([code, stdout.includes('log_events_total'), stderr.includes('has ended')]).toEqual([0, true, true])
    // So many failures at once may not take along what all of their traces held.
    const begun = to.otlp.logs.filter(({ severityNumber }) => severityNumber === 9)
    expect(begun.length).toBeGreaterThan(100)
    expect([...new Set(begun.map(({ attributes }) => attributes['log.sample.weight']))]).toEqual([
      keep === 'all' ? undefined : 0,
    ])
    const password = mode === 'on' ? '[redacted]' : 'x'
    expect(to.otlp.logs[0]?.resource).toMatchObject({ 'db.password': password })
  },
)

test('nor to Kafka, as OTLP or flat', async () => {
  const kafka = await startKafka()
  closers.push(kafka.stop)
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.url] })
  closers.unshift(() => admin.close())
  for (const format of ['otlp_proto', 'json']) {
    const topic = `secrets-${format}`
    await admin.createTopics({ topics: [topic], partitions: 1 })
    const to = { CLEW_KAFKA_BROKERS: kafka.url, CLEW_KAFKA_TOPIC: topic, CLEW_KAFKA_FORMAT: format }
    const env = { CLEW_REDACT: 'on', OTEL_LOGS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none', ...to }
    const app = await startApp({ cwd, args: [...preload, 'secrets.cjs', file, 'stay'], env })
    const sent = await readTopic(kafka.url, topic, 'payment_failed', 1000)
    app.kill('SIGTERM')
    expect([await app.ended, leaks(sent), sent.includes('[redacted]')]).toMatchObject([
      { signal: 'SIGTERM' },
      [],
      true,
    ])
  }
})

/** What is in a topic, as one text, as soon as it has `text` so many times. */
async function readTopic(url: string, topic: string, wanted: string, times: number): Promise<string> {
  const consumer = new Consumer({ clientId: 'test', bootstrapBrokers: [url], groupId: topic })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
  let all = ''
  let found = 0
  for await (const { key, value } of stream) {
    const one = `${key?.toString('latin1')} ${value.toString('latin1')}\n`
    all += one
    found += one.split(wanted).length - 1
    if (found >= times) break
  }
  await consumer.close(true)
  return all
}

test('each secret is counted once, however many destinations look at its record, and alike by a report', async () => {
  const countedBy = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
    const { stdout } = await run({ CLEW_PROMETHEUS_PORT: String(await freePort()), ...env })
    return stdout.split('\n').filter((line) => line.startsWith('clew_redacted_total'))
  }
  const alone = await countedBy({ CLEW_REDACT: 'on' })
  const { env } = await startDestinations('http')
  const config = join(folder, 'clew.yaml')
  writeFileSync(config, 'keep: { rules: [{ where: "payment_failed", keep: 100% }] }')
  const filters = {
    CLEW_CONFIG: config,
    CLEW_FILE_WHERE: 'status:500',
    CLEW_SYSLOG_LEVEL: 'error',
    CLEW_LOGS_WHERE: 'payment_failed',
  }
  const many = await countedBy({
    CLEW_REDACT: 'report',
    OTEL_TRACES_EXPORTER: 'otlp,console',
    ...env,
    ...filters,
  })
  expect(alone.filter((line) => Number(line.split(' ')[1]) > 500)).toHaveLength(6)
  expect(many).toEqual(alone)
})

test('a limit cuts behind them, of spans too', async () => {
  const limits = {
    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '16',
    OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '16',
  }
  await run({ CLEW_REDACT: 'on', ...limits })
  await receiver.waitForSpans(500, 30_000)
  await receiver.waitForLogs(2000, 30_000)
  const sent = received()
  expect(secrets.filter(({ text: secret }) => sent.includes(secret.slice(0, 9)))).toEqual([])
  expect(receiver.spans.every(({ attributes }) => String(attributes.url).length <= 16)).toBe(true)
})

test.for([
  ['the spool', { CLEW_EXIT: 'spool' }],
  ['what is written ahead', { CLEW_EXIT: 'off', CLEW_WRITE_AHEAD: 'on' }],
] as const)('nor are they in %s, of which the next process sends', async ([place, more]) => {
  receiver.behave({ status: 503 })
  const spool = join(folder, place.replaceAll(' ', '-'))
  const env = { CLEW_REDACT: 'on', CLEW_SPOOL_DIR: spool, OTEL_EXPORTER_OTLP_COMPRESSION: 'none' }
  expect((await run({ ...env, ...more })).code).toBe(0)
  const written = readAll(spool, '')
  expect([written.includes('payment_failed'), leaks(written)]).toEqual([true, []])
  receiver.behave('accept')
  await run({ ...env, OTEL_BSP_SCHEDULE_DELAY: '10' })
  await receiver.waitForLogs(4000, 20_000)
  expect(leaks(received())).toEqual([])
})

test('a report changes nothing and says in one line what would be cut', async () => {
  const { stderr } = await run({ CLEW_REDACT: 'report' })
  await receiver.waitForLogs(1000, 30_000)
  expect(leaks(received())).toHaveLength(500)
  expect(stderr).toMatch(
    /^\[clew\] CLEW_REDACT_REPORT: \d+ secrets were sent that CLEW_REDACT=on would have cut: key \d+, card \d+, token \d+, email \d+, phone \d+, cn-id \d+\n$/,
  )
})

test('only what is asked for is cut, and a mistake cuts rather than not', async () => {
  const { stderr } = await run({ CLEW_REDACT: 'yes', CLEW_REDACT_KEYS: 'no te', CLEW_REDACT_PATTERNS: 'off' })
  await receiver.waitForLogs(1000, 30_000)
  const left = leaks(received())
  expect(left.length).toBeLessThan(500)
  expect(left).not.toContain(secrets.find(({ key }) => key === 'userPassword')!.text)
  expect(stderr.split('\n')).toEqual([
    '[clew] CLEW_CONFIG: CLEW_REDACT: "yes" is unknown; write off, report or on; in force: on',
    '[clew] CLEW_CONFIG: CLEW_REDACT_KEYS: a text of 5 characters is no key path; write one such as password, user.card, *secret or !token; in force: the rest',
    '',
  ])
})

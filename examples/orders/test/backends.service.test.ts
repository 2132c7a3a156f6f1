import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileExporter } from '@clew/file-exporter'
import { kafkaExporter } from '@clew/kafka-exporter'
import type { ChainSpan } from '@clew/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ReadConfig, readConfig } from '../../../packages/node/src/config/read-config.ts'
import { configurableOf } from '../../../packages/node/src/destinations/open-exporters.ts'
import { collectorVersions, validateCollector } from '../../../scripts/collector.ts'
import { startDemoChat } from '../../../scripts/demo/chat.ts'
import { ruleFile } from '../../../scripts/demo/demo-desk.ts'
import { stopChild } from '../../../scripts/demo/service-process.ts'
import { hasGo } from '../../../scripts/go.ts'
import { type Jaeger, jaegerVersion, startJaeger } from '../../../scripts/jaeger.ts'
import { kafkaVersion } from '../../../scripts/kafka.ts'
import { startOpenSearch } from '../../../scripts/opensearch.ts'
import { type Service, startKafka } from '../../../scripts/services.ts'
import { startVictoriaLogs, victoriaLogsVersion } from '../../../scripts/victoria-logs.ts'
import { logsOfOpenSearch, logsOfVictoriaLogs, spansOfJaeger } from './backend-answers.ts'
import { blockOf, blocks, environmentOf, placed, printedOf, states } from './backends-guide.ts'
import {
  chainMs,
  failOrder,
  folder,
  isWhole,
  keep,
  makeTopic,
  startExample,
  startReadingCollector,
  startReceiver,
  startReceivingCollector,
  token,
} from './backends-rig.ts'
import { failedOrder } from './order-chains.ts'

const canBuild = hasGo()
if (!canBuild && process.env.CI)
  throw new Error(
    'the Collector, VictoriaLogs and Jaeger are built by Go, which is not here: install go 1.26',
  )
if (!canBuild)
  console.log('no Go: that chains arrive in the backends of the guide is not tried (install go 1.26)')

/** They are built once, which takes minutes. */
const withBuildMs = 900_000
/** The trace id that stands in the guide. */
const anyTrace = '4bf92f3577b34da6a3ce929d0e0e4736'
const lineCount = failedOrder.filter((row) => /^ +(INFO|WARN|ERROR) /.test(row)).length
const clew = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url))

/** What was run, as the table of the guide is to say it. */
const ran: Record<string, string> = {}
const hostOf = (url: string): string => url.slice('http://'.length)
/** The commands by which the guide finds a chain. */
const finding = (title: string, traceId: string, places: Record<string, string>): string =>
  placed(blockOf(title, 'sh', anyTrace), { ...places, [anyTrace]: traceId })

const given = { COLLECTOR_TOKEN: token, NEW_RELIC_LICENSE_KEY: 'key', SENTRY_KEY: 'key' }

/** What is in force by variables, and what is wrong with them. */
function readVariables(env: NodeJS.ProcessEnv): ReadConfig {
  const instrumentations = [configurableOf(fileExporter), configurableOf(kafkaExporter)]
  const readFile = (): string => readFileSync(join(folder, 'ca.pem'), 'utf8')
  return readConfig({ env, instrumentations, readFile, isInstalled: () => true })
}

test('the variables of each block are read without a complaint', () => {
  const told = blocks
    .filter(({ language, text }) => language === 'sh' && text.startsWith('export '))
    .map(({ title, text }) => [title, readVariables(environmentOf(text, given)).problems])
  expect(told.length).toBeGreaterThan(8)
  expect(told).toEqual(told.map(([title]) => [title, []]))
})

describe.skipIf(!canBuild)('a real backend', { timeout: withBuildMs }, () => {
  let victoriaLogs: Service
  let jaeger: Jaeger
  let kafka: Service
  beforeAll(async () => {
    ;[victoriaLogs, jaeger, kafka] = await Promise.all([startVictoriaLogs(), startJaeger(), startKafka()])
  }, withBuildMs)
  afterAll(() => Promise.all([victoriaLogs, jaeger, kafka].map((one) => one?.stop())))

  test('VictoriaLogs and OpenSearch have each line and Jaeger each span of an order that fails, found by the trace id', async () => {
    const openSearch = keep(await startOpenSearch())
    const logsPlace = { '127.0.0.1:9428': hostOf(victoriaLogs.url) }
    const spansPlace = { '127.0.0.1:4318': `127.0.0.1:${jaeger.ports.http}` }
    const filePlace = { '/var/log/shop/app.jsonl': join(folder, 'app.jsonl') }
    const searchPlace = { '127.0.0.1:9200': openSearch.address }
    const services = await startExample({
      ...environmentOf(placed(blockOf('VictoriaLogs', 'sh', 'export'), logsPlace)),
      ...environmentOf(placed(blockOf('Jaeger', 'sh', 'export'), spansPlace)),
      ...environmentOf(placed(blockOf('OpenSearch', 'sh', 'export'), filePlace)),
    })
    const traceId = await failOrder(services)

    const askLogs = finding('VictoriaLogs', traceId, logsPlace)
    const askSpans = finding('Jaeger', traceId, { '127.0.0.1:16686': `127.0.0.1:${jaeger.ports.query}` })
    const spans = (): ChainSpan[] => spansOfJaeger(printedOf(askSpans))
    await isWhole(traceId, () => ({ spans: spans(), logs: logsOfVictoriaLogs(printedOf(askLogs)) }))
    const streams = printedOf(askLogs).match(/"_stream":"[^}]*}"/g)
    const streamOf = (name: string): string => `"_stream":"{service.name=\\"orders-${name}\\"}"`
    expect(new Set(streams)).toEqual(new Set(['api', 'worker', 'gateway'].map(streamOf)))
    ran.VictoriaLogs = victoriaLogsVersion
    ran.Jaeger = jaegerVersion

    const inFile = (): number => readFileSync(join(folder, 'app.jsonl'), 'utf8').split(traceId).length - 1
    await expect.poll(inFile, { timeout: chainMs }).toBe(lineCount)
    const load = placed(blockOf('OpenSearch', 'sh', '_bulk'), { ...filePlace, ...searchPlace })
    expect(JSON.parse(printedOf(load))).toMatchObject({ errors: false })
    const askSearch = finding('OpenSearch', traceId, searchPlace)
    await isWhole(traceId, () => ({ spans: spans(), logs: logsOfOpenSearch(printedOf(askSearch)) }))
    const { version } = (await openSearch.call('GET', '/')) as { version: { number: string } }
    ran.OpenSearch = version.number
  })

  test.each([
    ['http/protobuf', 'https', ''],
    ['http/json', 'https', 'export OTEL_EXPORTER_OTLP_PROTOCOL=http/json\n'],
    ['grpc', 'grpc', ''],
  ])(
    'over %s, compressed, with TLS and a token a Collector takes a chain and passes it on whole',
    async (protocol, part, more) => {
      const receiver = await startReceiver()
      const toReceiver = { '127.0.0.1:4418': `127.0.0.1:${receiver.port}` }
      const { places } = await startReceivingCollector(
        placed(blockOf('Collector to the desk', 'yaml'), toReceiver),
      )
      const usual = protocol === 'grpc' ? '127.0.0.1:4317' : '127.0.0.1:4318'
      const block = placed(blockOf('OpenTelemetry Collector', 'sh', part), {
        ...{ [usual]: places[usual], '/etc/otelcol': folder },
      })
      // What stays on this machine is not packed by itself.
      const env = environmentOf(`${block}\n${more}export OTEL_EXPORTER_OTLP_COMPRESSION=gzip\n`, given)
      const { traces, logs } = readVariables(env).config
      const inForce = { protocol, compression: 'gzip' }
      expect([traces.endpoint, logs.endpoint]).toMatchObject([inForce, inForce])
      expect(await statusWithoutToken(places['127.0.0.1:4318'])).toBe(401)
      const traceId = await failOrder(await startExample(env))
      await isWhole(traceId, () => receiver)
      const last = receiver.logs.find((log) => log.traceId === traceId && log.body === 'payment_failed')
      expect(last).toMatchObject({
        ...{ severityNumber: 17, severityText: 'error', eventName: 'payment_failed', flags: 1 },
        attributes: {
          ...{ module: 'payments', orderId: expect.any(Number), status: 500, 'bullmq.job.attempt': 3 },
          ...{ 'exception.type': 'PaymentFailed', 'messaging.destination.name': 'payments' },
        },
        resource: { 'service.name': 'orders-worker' },
      })
      ran['OpenTelemetry Collector'] = collectorVersions.core
      ran['Collector to the desk'] = collectorVersions.core
    },
  )

  test('one Collector gives each chain to VictoriaLogs, Jaeger and Kafka, where clew alert run judges it', async () => {
    const chat = keep(await startDemoChat())
    const topic = await makeTopic(kafka.url)
    const logsPlace = { '127.0.0.1:9428': hostOf(victoriaLogs.url) }
    const kafkaPlaces = { '127.0.0.1:9092': kafka.url, log_raw: topic }
    const { places } = await startReceivingCollector(
      placed(blockOf('VictoriaLogs', 'yaml'), logsPlace),
      placed(blockOf('Jaeger', 'yaml'), { '127.0.0.1:4317': `127.0.0.1:${jaeger.ports.grpc}` }),
      placed(blockOf('Collector to Kafka', 'yaml'), kafkaPlaces),
    )
    const judge = placed(blockOf('Collector to Kafka', 'sh'), {
      ...{ npx: `exec ${process.execPath}`, ' clew ': ` ${clew} `, 'alerts.yaml': ruleFile },
      ...{ ...kafkaPlaces, earliest: `earliest&group=${topic}` },
    })
    const judging = spawn('sh', ['-c', judge], {
      env: { ...process.env, XDG_STATE_HOME: folder, WECOM_URL: chat.url },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    keep({ stop: () => stopChild(judging) })
    const block = placed(blockOf('OpenTelemetry Collector', 'sh', 'https'), {
      ...{ '127.0.0.1:4318': places['127.0.0.1:4318'], '/etc/otelcol': folder },
    })
    const services = await startExample(environmentOf(block, given))
    const traceIds = [await failOrder(services), await failOrder(services), await failOrder(services)]
    for (const traceId of traceIds) {
      const askLogs = finding('VictoriaLogs', traceId, logsPlace)
      const askSpans = finding('Jaeger', traceId, { '127.0.0.1:16686': `127.0.0.1:${jaeger.ports.query}` })
      const logs = () => logsOfVictoriaLogs(printedOf(askLogs))
      await isWhole(traceId, () => ({ spans: spansOfJaeger(printedOf(askSpans)), logs: logs() }))
    }
    const alert = await chat.firstMessage(chainMs)
    expect(alert).toContain('payment-failed-500')
    for (const traceId of traceIds) expect(alert).toContain(traceId)
    ran['Collector to Kafka'] = `Apache Kafka ${kafkaVersion}`
  })

  test('lines that the services write to Kafka come through a Collector and stand in their chain', async () => {
    const [receiver, topic] = [await startReceiver(), await makeTopic(kafka.url)]
    const kafkaPlace = { '127.0.0.1:9092': kafka.url }
    const file = placed(blockOf('Kafka to the Collector', 'yaml'), {
      ...{ ...kafkaPlace, log_raw: topic, '127.0.0.1:4418': `127.0.0.1:${receiver.port}` },
      'group_id: otelcol': `group_id: ${topic}`,
    })
    await startReadingCollector(file)
    const services = await startExample({
      ...environmentOf(placed(blockOf('Kafka to the Collector', 'sh'), kafkaPlace)),
      ...{ CLEW_KAFKA_TOPIC: topic, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    })
    const traceId = await failOrder(services)
    await isWhole(traceId, () => receiver)
    ran['Kafka to the Collector'] = `Apache Kafka ${kafkaVersion}`
  })

  test('each file for a Collector is valid there, as far as its exporter is in the one of the tests', async () => {
    const otlp = blockOf('OpenTelemetry Collector', 'yaml')
    const files = blocks.filter(({ language, text }) => language === 'yaml' && text !== otlp)
    const found: Record<string, string> = {}
    for (const { title, text } of files)
      found[title] = await validateCollector([otlp, text], given).then(
        () => 'valid',
        (error: Error) => /unknown type: "(\w+)"/.exec(error.message)?.[0] ?? error.message,
      )
    const foreign = {
      'OpenSearch through the Collector': 'opensearch',
      Elasticsearch: 'elasticsearch',
      Datadog: 'datadog',
    }
    expect(found).toEqual({
      ...Object.fromEntries(files.map(({ title }) => [title, 'valid'])),
      ...Object.fromEntries(
        Object.entries(foreign).map(([title, type]) => [title, `unknown type: "${type}"`]),
      ),
    })
  })

  test('the guide says "run here" of what was run just now, and of nothing else', () => {
    const others = /^configuration only \(\[source\]\(https:\/\/[^)]+\)\)$/
    const runHere = Object.entries(states).filter(([, state]) => !others.test(state))
    const expected = Object.entries(ran).map(([name, version]) => [name, `run here: ${version}`])
    expect(Object.fromEntries(runHere)).toEqual(Object.fromEntries(expected))
    const titles = new Set(blocks.map(({ title }) => title))
    expect(Object.keys(states).filter((name) => !titles.has(name))).toEqual([])
  })
})

/** What its port of HTTP answers to one who has none. */
function statusWithoutToken(address: string): Promise<number | undefined> {
  const ca = readFileSync(join(folder, 'ca.pem'))
  return new Promise((resolve, reject) => {
    const asked = request(`https://${address}/v1/logs`, { ca, method: 'POST' }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.once('error', reject).end('{}')
  })
}

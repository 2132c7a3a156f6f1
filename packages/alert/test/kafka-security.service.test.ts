import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaSecurity, type KafkaSecurityOptions, readKafkaSecurity } from '@clew/settings'
import { Admin, Producer } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type KafkaService, startBroker } from '../../../scripts/kafka.ts'
import { type Listener, securityProblems } from '../../exporters/kafka-exporter/test/kafka-problems.ts'
import type { KafkaSourceOptions } from '../src/sources/kafka-partition.ts'
import { startReading } from './kafka-reading.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-alert-security-'))
const { ours, problems, client, ca, user } = securityProblems(folder)
let kafka: KafkaService
let admin: Admin
let producer: Producer
beforeAll(async () => {
  kafka = await startBroker({ certificates: ours })
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.url] })
  producer = new Producer({ clientId: 'test', bootstrapBrokers: [kafka.url], idempotent: true })
  await admin.createTopics({ topics: ['secured'], partitions: 1 })
  await send('secured', 'good')
})
afterAll(async () => {
  await Promise.all([admin.close(), producer.close()])
  await kafka.stop()
  rmSync(folder, { recursive: true })
})

const send = (topic: string, message: string) =>
  producer.send({ messages: [{ topic, value: Buffer.from(JSON.stringify({ ts: 1, message })) }], acks: -1 })

const none: KafkaSecurityOptions = {
  ...{ tls: false, ca: '', clientCertificate: '', clientKey: '' },
  ...{ user: '', password: '', mechanism: 'plain' },
}

function securityOf(options: Partial<KafkaSecurityOptions>): KafkaSecurity {
  return readKafkaSecurity({ ...none, ...options }, String, (path) => readFileSync(path, 'utf8')).security
}

const start = (broker: string, security: KafkaSecurity, options: Partial<KafkaSourceOptions> = {}) =>
  startReading(broker, options.topic ?? 'secured', { security, ...options })

test.each<[string, Listener, Partial<KafkaSecurityOptions>]>([
  ['PLAIN', 'saslUrl', user],
  ['TLS and the certificate of a client', 'tlsUrl', client],
  ['TLS and SCRAM-SHA-256', 'scramUrl', { ca, ...user, mechanism: 'scram-sha-256' }],
  ['TLS and SCRAM-SHA-512', 'scramUrl', { ca, ...user, mechanism: 'scram-sha-512' }],
])('a topic is read by %s, in either kind of group', async (_, listener, options) => {
  const readings = [
    start(kafka[listener], securityOf(options)),
    start(kafka[listener], securityOf(options), { groupProtocol: 'consumer' }),
  ]
  await expect.poll(() => readings.map(({ read }) => read), { timeout: 60_000 }).toEqual([['good'], ['good']])
  expect(readings.flatMap(({ said }) => said)).toEqual([])
})

const names: Record<string, string> = {
  brokers: 'the address',
  clientCertificate: 'cert',
  clientKey: 'key',
  mechanism: 'sasl',
}

test.each(problems)('$name is one line with its remedy, and others read on', async (problem) => {
  const { listener, wrong, right, says, helps } = problem
  const [bad, good] = [wrong, right].map((options) => start(kafka[listener], securityOf(options)))
  await expect.poll(() => [bad!.said.length, good!.read], { timeout: 60_000 }).toEqual([1, ['good']])
  const remedy = helps.replaceAll(/\{(\w+)\}/g, (_, option) => names[option] ?? option)
  expect([bad!.said, good!.said]).toEqual([
    [`Kafka at ${kafka[listener]}, topic secured: it cannot be read: ${says}; it is tried again. ${remedy}`],
    [],
  ])
})

test('brokers that are away are one line with its remedy', async () => {
  const { said } = start('127.0.0.1:1', {})
  await expect
    .poll(() => said, { timeout: 30_000 })
    .toEqual([
      'Kafka at 127.0.0.1:1, topic secured: it cannot be read: connect ECONNREFUSED 127.0.0.1:1; it is tried again. Start the brokers, or set the address',
    ])
})

test('what fails again and again is one line a minute', async () => {
  let [connections, nowMs] = [0, 0]
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const broker = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const { said } = start(broker, {}, { now: () => nowMs })
  await expect.poll(() => connections, { timeout: 60_000 }).toBeGreaterThan(12)
  const line = `Kafka at ${broker}, topic secured: it cannot be read: the brokers close the connection (Connection closed); it is tried again. They may speak TLS there or want a user: check tls and user, or start them`
  expect(said).toEqual([line])
  nowMs = 60_000
  await expect.poll(() => said, { timeout: 60_000 }).toEqual([line, line])
})

test('a message that is larger than what a fetch asks for is read, and so is what follows', async () => {
  const configs = [{ name: 'max.message.bytes', value: String(16 * 1024 * 1024) }]
  const topic = `large-${randomUUID()}`
  await admin.createTopics({ topics: [topic], partitions: 1, configs })
  const { said, read } = start(kafka.url, {}, { topic })
  await send(topic, 'x'.repeat(10 * 1024 * 1024))
  await send(topic, 'behind it')
  await expect
    .poll(() => read.map(({ length }) => length), { timeout: 60_000 })
    .toEqual([10 * 1024 * 1024, 9])
  expect(said).toEqual([])
})

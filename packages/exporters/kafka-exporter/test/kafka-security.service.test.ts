import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaExporter } from '@clew/kafka-exporter'
import { createThreadSender } from '@clew/pipeline'
import { describeKafkaFailure, type KafkaSecurity, kafkaVariableOf, readKafkaSecurity } from '@clew/settings'
import { Admin } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KafkaService, startBroker } from '../../../../scripts/kafka.ts'
import { openKafkajs } from '../src/client.ts'
import type { KafkaOptions } from '../src/options.ts'
import { defaults, startKafkaPipeline, trace } from './kafka-pipeline.ts'
import { type Listener, securityProblems } from './kafka-problems.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-kafka-security-'))
const { ours, client, ca, user, problems } = securityProblems(folder)

let kafka: KafkaService
let admin: Admin
beforeAll(async () => {
  kafka = await startBroker({ certificates: ours })
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.url] })
  await admin.createTopics({ topics: ['secured'], partitions: 1 })
})
afterAll(async () => {
  await admin.close()
  await kafka.stop()
  rmSync(folder, { recursive: true })
})

type Options = Partial<KafkaOptions>

const at = (listener: Listener, options: Options): Options => ({
  ...{ brokers: [kafka[listener]], topic: 'secured', ...options },
})

const securityOf = (options: Options): KafkaSecurity =>
  readKafkaSecurity({ ...defaults, ...options }, String, (path) => readFileSync(path, 'utf8')).security

test.each<[string, Listener, Options]>([
  ['PLAIN', 'saslUrl', user],
  ['TLS and the certificate of a client', 'tlsUrl', client],
  ['TLS and SCRAM-SHA-256', 'scramUrl', { ca, ...user, mechanism: 'scram-sha-256' }],
  ['TLS and SCRAM-SHA-512', 'scramUrl', { ca, ...user, mechanism: 'scram-sha-512' }],
])('records arrive by %s, with either client', async (name, listener, options) => {
  const topic = listener + (options.mechanism ?? '')
  await admin.createTopics({ topics: [topic], partitions: 1 })
  const { pipeline, reports, log } = startKafkaPipeline(
    { ...at(listener, options), topic, format: 'json' },
    join(folder, name),
  )
  log(trace(1), `by ${name}`)
  await pipeline.stop()
  expect([reports, pipeline.counters().kafka?.delivered]).toEqual([[], 1])
  const producer = await openKafkajs(
    { ...defaults, ...at(listener, options), security: securityOf(options) },
    '',
  )
  await producer.send([{ key: undefined, value: Buffer.from(`by ${name}`) }])
  await producer.close()
})

const helpOf = (helps: string): string =>
  helps.replaceAll(/\{(\w+)\}/g, (_, option) => kafkaVariableOf(option))

test.each(problems)('$name is one line with its remedy, and costs no record', async (problem) => {
  const { name, listener, wrong, says, helps, right } = problem
  const spool = join(folder, `spool of ${name}`)
  const first = startKafkaPipeline(at(listener, wrong), spool)
  first.log(trace(1), `despite ${name}`)
  await expect.poll(() => first.reports.length, { timeout: 60_000 }).toBeGreaterThan(0)
  first.log(trace(2), `once more, despite ${name}`)
  await first.pipeline.stop(100)
  expect([first.reports, first.pipeline.counters().kafka?.spooled]).toEqual([
    [
      `CLEW_EXPORT_FAILED cannot send logs to Kafka ${kafka[listener]} (secured): ${says}; they wait and are sent again. ${helpOf(helps)}`,
    ],
    2,
  ])
  // For the same user: what was spooled as somebody is not sent as somebody else.
  const isSame = wrong.user === right.user && wrong.clientCertificate === right.clientCertificate
  const second = startKafkaPipeline(at(listener, right), spool)
  second.log(trace(3), 'good')
  await expect
    .poll(() => second.pipeline.counters().kafka?.replayed, { timeout: 60_000 })
    .toBe(isSame ? 2 : 0)
  await second.pipeline.stop()
  expect([second.reports, second.pipeline.counters().kafka?.delivered]).toEqual([[], 1])
})

test('kafkajs says the same, but where the brokers speak TLS and it hears only that they close', async () => {
  const reasons: [string, string][] = []
  for (const { name, listener, wrong } of problems) {
    const { send, close } = await openKafkajs(
      { ...defaults, ...at(listener, wrong), security: securityOf(wrong) },
      '',
    )
    const error = await send([{ key: undefined, value: Buffer.from('x') }]).catch((thrown: unknown) => thrown)
    await close()
    const { reason } = describeKafkaFailure(error, 'secured')
    reasons.push([name, reason.split(' (')[0]!])
  }
  const wanted = problems.map(({ name, says }) => [
    name,
    name === 'no TLS where it is spoken' ? 'the brokers close the connection' : says.split(' (')[0]!,
  ])
  expect(reasons).toEqual(wanted)
})

test('what is wrong with files and users is told at the start, without secrets', () => {
  const said: string[] = []
  const say = (code: string, message: string): void => void said.push(`${code} ${message}`)
  const wrong = {
    ...{ ca: ours.ca, clientCertificate: join(folder, 'nobody.pem'), password: 'a-secret-of-mine' },
    brokers: ['b:9092'],
  }
  const opened = kafkaExporter.open({ ...defaults, ...wrong }, { createThreadSender, say })
  expect([typeof opened, said]).toEqual([
    'object',
    [
      'CLEW_CONFIG CLEW_KAFKA_CA: it is the text of a PEM file; write the path of one; in force: it is left out',
      'CLEW_CONFIG CLEW_KAFKA_CLIENT_CERTIFICATE: it cannot be read: ENOENT: no such file or directory; write the path of a PEM file; in force: it is left out',
      'CLEW_CONFIG CLEW_KAFKA_CLIENT_KEY: it is not set, and a certificate of the client needs its key and the other way round; set both; in force: it is left out',
      'CLEW_CONFIG CLEW_KAFKA_USER: it is not set, but the other of user and password is; set both; in force: it is left out',
    ],
  ])
})

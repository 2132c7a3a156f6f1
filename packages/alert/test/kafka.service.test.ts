import { Admin, Producer } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startBroker } from '../../../scripts/kafka.ts'
import { type Service, startKafka } from '../../../scripts/services.ts'
import { crashRun } from './crash-run.ts'
import { startReading } from './kafka-reading.ts'
import { type KafkaRig, type Line, outcomeOf, startKafkaRig } from './kafka-rig.ts'
import { startRedisServer } from './redis-server.ts'

let shared: Service
beforeAll(async () => {
  shared = await startKafka()
})
afterAll(() => shared.stop())

async function rigOf(
  groupProtocol: 'classic' | 'consumer',
  { kafka = shared.url, redis = process.env.REDIS_URL! } = {},
): Promise<KafkaRig> {
  const rig = await startKafkaRig(kafka, redis, groupProtocol)
  onTestFinished(() => rig.stop())
  return rig
}

const caughtUp = (rig: KafkaRig) => expect.poll(() => rig.isCaughtUp(), { timeout: 60_000 }).toBe(true)

/** Failures of a user, a second apart, the last one now. */
const linesOf = (user: string, many: number): Line[] =>
  Array.from({ length: many }, (_, index) => ({
    ...{ unixMs: Date.now() - (many - 1 - index) * 1000, user, text: `payment_failed of ${user}` },
  }))

test.each(['classic', 'consumer'] as const)(
  'processes of a group that are killed in mid-stream lose nothing and double nothing: protocol %s',
  async (groupProtocol) => {
    const rig = await rigOf(groupProtocol)
    const { got, wanted, records } = await crashRun(rig, { seed: 7, processes: 3, kills: 4 })
    expect(got).toEqual(wanted)
    // As many as came while processes were killed and started.
    expect(records).toBeGreaterThan(100)
  },
  // It says itself when nothing goes on.
  600_000,
)

test.each(['classic', 'consumer'] as const)(
  'a process that stood still for longer than its session is a member again, and doubles nothing: protocol %s',
  async (groupProtocol) => {
    const rig = await rigOf(groupProtocol)
    const [first, second] = [rig.start(), rig.start()]
    const sendToAll = () =>
      rig.send([0, 1, 2, 3].map((partition) => ({ partition, lines: linesOf(`u${partition}`, 3) })))
    await sendToAll()
    await caughtUp(rig)
    first.kill('SIGSTOP')
    await sendToAll()
    // The other one gets its partitions once its session is over.
    await caughtUp(rig)
    first.kill('SIGCONT')
    await rig.kill(second)
    await sendToAll()
    await caughtUp(rig)
    expect(await outcomeOf(rig.store)).toEqual(await outcomeOf(await rig.reference()))
  },
)

test('while Redis is away partitions wait; restarted with its file it is as if nothing had been', async () => {
  const redis = await startRedisServer()
  onTestFinished(() => redis.stop())
  const rig = await rigOf('classic', { redis: redis.url })
  rig.start()
  rig.start()
  await rig.send([0, 1, 2, 3].map((partition) => ({ partition, lines: linesOf(`u${partition}`, 4) })))
  await caughtUp(rig)
  await redis.kill()
  await rig.send([0, 1, 2, 3].map((partition) => ({ partition, lines: linesOf(`u${partition}`, 4) })))
  await expect.poll(() => rig.said.join(''), { timeout: 30_000 }).toContain('cannot be reached')
  await redis.start()
  await caughtUp(rig)
  expect(await outcomeOf(rig.store)).toEqual(await outcomeOf(await rig.reference()))
})

test('when Redis is flushed windows are read again: one that was half full before is an alert', async () => {
  const redis = await startRedisServer()
  onTestFinished(() => redis.stop())
  const rig = await rigOf('classic', { redis: redis.url })
  rig.start()
  await rig.send([{ partition: 1, lines: linesOf('u1', 4) }])
  await caughtUp(rig)
  expect((await outcomeOf(rig.store)).alerts).toEqual([])
  await redis.flush()
  await rig.send([{ partition: 1, lines: linesOf('u1', 1) }])
  await caughtUp(rig)
  const { counts, alerts } = await outcomeOf(rig.store)
  expect([counts, alerts.length]).toEqual([{ below: 4, fired: 1 }, 1])
  await expect.poll(() => rig.said.join('')).toContain('the state of the alerts is gone')
})

test('a message that is none is said and passed over, and its partition goes on', async () => {
  const rig = await rigOf('classic')
  rig.start()
  const bad = ['{"level":', 'plain text', '[1]', '']
  for (const text of bad) await rig.sendRaw(2, Buffer.from(text))
  await rig.sendRaw(2, Buffer.from([0x0a, 0xff, 0xff]))
  await rig.send([{ partition: 2, lines: linesOf('u2', 5) }])
  await caughtUp(rig)
  expect((await outcomeOf(rig.store)).alerts).toHaveLength(1)
  const said = rig.said.join('').trimEnd().split('\n')
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(
    /topic log_raw-\S+, partition 2, offset 0: neither OTLP nor a JSON object \(.*\); passed over/,
  )
})

/** For topics that a test makes or changes. */
function adminOf(...topics: string[]): Admin {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [shared.url] })
  onTestFinished(async () => {
    await admin.deleteTopics({ topics })
    await admin.close()
  })
  return admin
}

test('a topic that is not there is said, and read once it is', async () => {
  const topic = `late-${process.pid}`
  const admin = adminOf(topic)
  const reading = startReading(shared.url, topic)
  await expect
    .poll(() => reading.said.join(''), { timeout: 30_000 })
    .toMatch(
      /topic late-\d+: it cannot be read: there is no topic "late-\d+" \(UNKNOWN_TOPIC_OR_PARTITION\); it is tried again\. Make the topic/,
    )
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 })
  await expect.poll(() => reading.known, { timeout: 30_000 }).toEqual([`${topic}/0`, `${topic}/1`])
})

test.each(['classic', 'consumer'] as const)(
  'partitions that a topic gets while it is read are read from their first message: protocol %s',
  async (groupProtocol) => {
    const topic = `grows-${groupProtocol}-${process.pid}`
    const admin = adminOf(topic)
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
    const reading = startReading(shared.url, topic, { groupProtocol, begin: 'latest' })
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: [shared.url], idempotent: true })
    onTestFinished(() => producer.close())
    const send = (partition: number, message: string) => {
      const value = Buffer.from(JSON.stringify({ ts: Date.now(), message }))
      return producer.send({ messages: [{ topic, partition, value }], acks: -1 })
    }
    await expect.poll(() => send(0, 'ready').then(() => reading.read), { timeout: 60_000 }).toContain('ready')
    await admin.createPartitions({ topics: [{ name: topic, count: 3 }] })
    await expect
      .poll(
        () =>
          send(2, 'of a new partition').then(
            () => true,
            () => false,
          ),
        { timeout: 60_000 },
      )
      .toBe(true)
    await expect.poll(() => reading.read, { timeout: 60_000 }).toContain('of a new partition')
    await expect.poll(() => reading.known.length, { timeout: 60_000 }).toBe(3)
    await expect
      .poll(() => send(1, 'of another one').then(() => reading.read), { timeout: 60_000 })
      .toContain('of another one')
  },
)

test('Kafka that is killed and comes back is read on', async () => {
  const kafka = await startBroker()
  onTestFinished(() => kafka.stop())
  const rig = await rigOf('classic', { kafka: kafka.url })
  rig.start()
  await rig.send([{ partition: 3, lines: linesOf('u3', 4) }])
  await caughtUp(rig)
  await kafka.kill()
  await expect
    .poll(() => rig.said.join(''), { timeout: 30_000 })
    .toMatch(/Kafka at 127\.0\.0\.1:\d+, topic \S+: /)
  await kafka.restart()
  await expect
    .poll(
      () =>
        rig.send([{ partition: 3, lines: linesOf('u3', 2) }]).then(
          () => true,
          () => false,
        ),
      { timeout: 60_000 },
    )
    .toBe(true)
  await caughtUp(rig)
  expect((await outcomeOf(rig.store)).alerts).toHaveLength(1)
})

test('a silent partition does not keep an alert from ending', async () => {
  const rig = await rigOf('consumer')
  rig.start()
  const past = linesOf('u0', 5).map((line) => ({ ...line, unixMs: line.unixMs - 3_600_000 }))
  await rig.send([{ partition: 0, lines: past }])
  const states = async () => (await rig.store.history(9)).map(({ state }) => state).toSorted()
  await expect.poll(states, { timeout: 60_000 }).toEqual(['firing', 'resolved'])
})

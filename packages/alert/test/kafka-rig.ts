import { type ChildProcess, spawn } from 'node:child_process'
import { encodeLogsRequest, type LogRecord } from '@clew/otlp'
import { Admin, Producer } from '@platformatic/kafka'
import { Redis } from 'ioredis'
import { createEngine } from '../src/engine/engine.ts'
import { readRules } from '../src/rules/read-rules.ts'
import { createRunner } from '../src/run/runner.ts'
import { createMessageReader } from '../src/sources/read-message.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import { createRedisStore } from '../src/store/redis-store.ts'
import type { AlertStore } from '../src/store/store.ts'
import { fresh } from './stores.ts'

export const rule = {
  ...{ id: 'r', where: 'level:error', type: 'frequency', threshold: 5, window: '1m', late: '10m' },
  ...{ realert: '20s', group_by: 'user' },
}

/** What is in a message: one line as JSON, or several as OTLP. */
export type Line = { unixMs: number; user: string; text: string }

export function encode(lines: readonly Line[]): Buffer {
  const [first] = lines
  if (lines.length === 1) {
    const { unixMs, user, text } = first!
    return Buffer.from(JSON.stringify({ ts: unixMs, level: 'error', service: 'pay', message: text, user }))
  }
  const logRecords = lines.map(
    ({ unixMs, user, text }): LogRecord => ({
      ...{ timeUnixNano: BigInt(unixMs) * 1_000_000n, observedTimeUnixNano: 0n, severityNumber: 17 },
      ...{ severityText: 'error', body: text, attributes: { user }, droppedAttributesCount: 0, flags: 0 },
      ...{ traceId: '', spanId: '', eventName: '' },
    }),
  )
  const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }
  const resource = { attributes: { 'service.name': 'pay' }, droppedAttributesCount: 0 }
  return Buffer.from(
    encodeLogsRequest([{ resource, schemaUrl: '', scopeLogs: [{ scope, schemaUrl: '', logRecords }] }]),
  )
}

/** A topic of four partitions, a state of its own, and processes that judge it. */
export async function startKafkaRig(
  kafkaUrl: string,
  redisUrl: string,
  groupProtocol: 'classic' | 'consumer',
  rules: readonly object[] = [rule],
) {
  const { prefix, keys } = fresh()
  const topic = `log_raw-${prefix}`
  const base = { clientId: 'test', bootstrapBrokers: [kafkaUrl] }
  const admin = new Admin(base)
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 })
  // Else a request that is sent again is in the topic twice, and more is judged than was sent.
  const producer = new Producer({ ...base, idempotent: true })
  const redis = new Redis(redisUrl)
  redis.on('error', () => {})
  const store = createRedisStore(redis, { prefix })
  const logs: Buffer[][] = [[], [], [], []]
  const children = new Set<ChildProcess>()
  const said: string[] = []
  const options = {
    redis: redisUrl,
    prefix,
    brokers: kafkaUrl,
    topic,
    group: prefix,
    groupProtocol,
    rules,
  }

  const gone = (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.kill(signal)
    })
  }
  const stored = (): Promise<(number | undefined)[]> =>
    Promise.all(logs.map((_, index) => store.positionOf(`${topic}/${index}`)))
  return {
    store,
    topic,
    said,
    children,
    async send(messages: readonly { partition: number; lines: readonly Line[] }[]) {
      const encoded = messages.map(({ partition, lines }) => ({ topic, partition, value: encode(lines) }))
      await producer.send({ messages: encoded, acks: -1 })
      for (const { partition, value } of encoded) logs[partition]!.push(value)
    },
    async sendRaw(partition: number, value: Buffer) {
      await producer.send({ messages: [{ topic, partition, value }], acks: -1 })
      logs[partition]!.push(value)
    },
    /** `dieAfter`: it kills itself by SIGKILL with its commit of this number, before it or after it. */
    start(dieAfter?: { commits: number; isStored: boolean }) {
      const script = new URL('./fixtures/consumer.ts', import.meta.url).pathname
      // The channel ends it with us.
      const child = spawn(process.execPath, [script, JSON.stringify({ ...options, dieAfter })], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      })
      child.stderr!.setEncoding('utf8').on('data', (text: string) => void said.push(text))
      children.add(child)
      child.once('exit', (code, signal) => {
        children.delete(child)
        if (signal !== 'SIGKILL') said.push(`[${child.pid}] ended with ${code ?? signal}\n`)
      })
      return child
    },
    kill: (child: ChildProcess) => gone(child, 'SIGKILL'),
    /** Of each partition, how many messages are stored. */
    stored,
    /** Whether all that was sent is stored. */
    async isCaughtUp(): Promise<boolean> {
      const positions = await stored()
      return logs.every((log, index) => log.length === 0 || positions[index] === log.length)
    },
    /** What is waited for, by whom, and what was said meanwhile. */
    async describeWait(): Promise<string> {
      const positions = await stored()
      const lines = logs.map(
        (log, index) => `partition ${index}: ${positions[index] ?? 0} of ${log.length} messages`,
      )
      const running = [...children].map(({ pid }) => pid).join(', ')
      const groups = await admin.listGroups().catch((error: unknown) => String(error))
      const state = typeof groups === 'string' ? groups : (groups.get(prefix)?.state ?? 'not there')
      const described = await admin.describeGroups({ groups: [prefix] }).catch(() => undefined)
      const members = [...(described?.get(prefix)?.members.values() ?? [])].map(({ id, assignments }) => {
        const partitions = assignments?.get(topic)?.partitions ?? []
        return `member ${id}: partitions ${partitions.join(', ')}`
      })
      return [...lines, `processes ${running}`, `the group is ${state}`, ...members, ...said].join('\n')
    },
    /** The same in one process that nothing happens to. */
    async reference(): Promise<AlertStore> {
      const memory = createMemoryStore(Date.now)
      const runner = createRunner(createEngine(readRules(rules, String, []).rules), memory)
      const reader = createMessageReader('reference', () => {}, Date.now)
      for (const index of logs.keys()) runner.assign(`p${index}`)
      for (const [index, log] of logs.entries()) {
        for (const value of log) {
          await runner.take({ partition: `p${index}`, records: reader.read(value, Date.now(), '', true) })
        }
      }
      return memory
    },
    async stop() {
      await Promise.all([...children].map((child) => gone(child, 'SIGKILL')))
      await producer.close()
      await admin.deleteTopics({ topics: [topic] })
      await admin.close()
      await redis.del('', ...(await redis.keys(keys)))
      await redis.quit()
    },
  }
}

export type KafkaRig = Awaited<ReturnType<typeof startKafkaRig>>

/** What came out: how often each reason, and the begins and reminders of alerts, doubled ones too. */
export async function outcomeOf(store: AlertStore): Promise<{ counts: object; alerts: string[] }> {
  const { counts } = await store.explain(0)
  const { resolved: _, ...rest } = Object.fromEntries(counts.get('r') ?? [])
  const waiting = await store.take(1_000_000, 1)
  const alerts = waiting.map(({ alert }) => `${alert.id} ${alert.state} ${alert.times}`)
  return { counts: rest, alerts: alerts.filter((one) => !one.includes('resolved')).toSorted() }
}

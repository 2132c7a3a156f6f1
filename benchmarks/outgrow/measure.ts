// <records>: what a record takes on Kafka, in a process of `clew alert run`, in Redis and in a Collector. CPU time, not the clock's: the
// machine may be busy. What comes of it stands in docs/guide/outgrow-one-machine.md.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { Admin, Producer } from '@platformatic/kafka'
import { Redis } from 'ioredis'
import { ended, startKafka, startRedisServer } from '../../scripts/services.ts'
import { recordsPerTrace, type TraceMessage, traceMessage } from './kafka-messages.ts'

const records = Number(process.argv[2] ?? 240_000)
const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.js')
const folder = mkdtempSync(join(tmpdir(), 'clew-outgrow-'))
/** As many traces as a batch of the exporter has. */
const tracesPerSend = 85
const say = (name: string, value: number | string): void => console.log(`${name}: ${value}`)

const kafka = await startKafka()
const admin = new Admin({ clientId: 'outgrow', bootstrapBrokers: [kafka.url] })

async function fill(topic: string, compression: 'none' | 'gzip' | 'zstd'): Promise<void> {
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 })
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...{ clientId: 'outgrow', bootstrapBrokers: [kafka.url], compression, autocreateTopics: false },
  })
  let bytes = 0
  for (let sent = 0; sent < records / recordsPerTrace; sent += tracesPerSend) {
    const messages: TraceMessage[] = Array.from({ length: tracesPerSend }, () => traceMessage(Date.now()))
    bytes += messages.reduce((sum, { value }) => sum + value.length, 0)
    await producer.send({ messages: messages.map((message) => ({ topic, ...message })) })
  }
  await producer.close()
  const partitions = [0, 1, 2, 3]
  const [broker] = await admin.describeLogDirs({ topics: [{ name: topic, partitions }] })
  const sizes = broker!.results.flatMap(({ topics }) => topics.flatMap((one) => one.partitions))
  const onDisk = sizes.reduce((sum, { partitionSize }) => sum + Number(partitionSize), 0)
  const count = Math.ceil(records / recordsPerTrace / tracesPerSend) * tracesPerSend * recordsPerTrace
  say(`kafka ${compression}: bytes per record, encoded`, (bytes / count).toFixed(1))
  say(`kafka ${compression}: bytes per record, in the log`, (onDisk / count).toFixed(1))
}

type Shown = Map<string, number>

async function metricsAt(url: string): Promise<Shown> {
  const text = await (await fetch(url)).text()
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+) ([\d.e+-]+)$/.exec(line) ?? []
      return name ? [[name, Number(value)] as const] : []
    }),
  )
}

/** Reads the topic from its beginning by one process, with its windows in a Redis of its own. */
async function judge(name: string, topic: string, rules: string): Promise<void> {
  const redis = await startRedisServer()
  const client = new Redis(redis.url)
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, rules)
  const from = `kafka://${kafka.url}/${topic}?begin=earliest&group=${name}`
  const words = ['alert', 'run', path, '--from', from, '--state', redis.url, '--metrics-port', '0']
  const child = spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await tell(name, child, client)
  } finally {
    await ended(child)
    client.disconnect()
    await redis.stop()
  }
}

/** Waits until all is judged, and tells what it took. */
async function tell(
  name: string,
  child: ChildProcessByStdio<null, Readable, null>,
  client: Redis,
): Promise<void> {
  let url: string | undefined
  while (url === undefined) {
    const [text] = (await once(child.stdout, 'data')) as [Buffer]
    url = /metrics at (http:\S+);/.exec(String(text))?.[1]
  }
  const judged = (one: Shown): number => one.get('logalert_records_total') ?? 0
  let shown: Shown = new Map()
  // The first quarter warms up.
  let warm: Shown | undefined
  do {
    await pause(100)
    // A process that has much to do may not answer in time.
    shown = await metricsAt(url).catch(() => shown)
    if (child.exitCode !== null) throw new Error(`${name}: clew alert run ended`)
    if (judged(shown) >= records / 4) warm ??= shown
  } while (judged(shown) < records)
  const seconds = shown.get('process_cpu_seconds_total')! - warm!.get('process_cpu_seconds_total')!
  const perRecord = (seconds / (judged(shown) - judged(warm!))) * 1e6
  say(`${name}: CPU µs per record`, perRecord.toFixed(2))
  say(`${name}: MB of RSS`, (shown.get('process_resident_memory_bytes')! / 1e6).toFixed(0))
  const cells = shown.get('logalert_groups') ?? 0
  say(`${name}: groups`, cells)
  const info = await client.info()
  const numberOf = (key: string): number => Number(new RegExp(`^${key}:([\\d.]+)`, 'm').exec(info)?.[1])
  const used = numberOf('used_memory') - emptyRedis
  say(
    `${name}: Redis commands per 1,000 records`,
    ((numberOf('total_commands_processed') / records) * 1000).toFixed(2),
  )
  say(
    `${name}: Redis CPU µs per record`,
    (((numberOf('used_cpu_user') + numberOf('used_cpu_sys')) / records) * 1e6).toFixed(2),
  )
  say(`${name}: Redis memory, MB`, (used / 1e6).toFixed(1))
  if (cells > 1000) say(`${name}: Redis bytes per group`, (used / cells).toFixed(0))
}

/** Bytes of a Redis that has nothing. */
const emptyRedis = 900_000

const ordinary = (many: number): string =>
  `rules:\n${Array.from({ length: many }, (_, at) =>
    at === 0
      ? '  - { id: failed, where: "payment_failed", type: frequency, threshold: 1000000, window: 5m, group_by: service }'
      : `  - { id: r${at}, where: "level:error no_such_word_${at} service:pay", type: any }`,
  ).join('\n')}\n`

const everyOrder =
  'rules:\n  - { id: orders, where: "level>=trace", type: frequency, threshold: 1000000, window: 5m, group_by: order_id }\n'

try {
  for (const compression of ['none', 'gzip', 'zstd'] as const) await fill(`t-${compression}`, compression)
  await judge('hot', 't-gzip', everyOrder)
  await judge('rules-10', 't-gzip', ordinary(10))
  await judge('rules-50', 't-gzip', ordinary(50))
} finally {
  await admin.close()
  await kafka.stop()
  rmSync(folder, { recursive: true })
}

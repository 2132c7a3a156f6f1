// <records>: what a record takes of a Collector that receives OTLP over HTTP and writes it to Kafka. CPU time, not the clock's.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Admin } from '@platformatic/kafka'
import { buildCollector } from '../../scripts/collector.ts'
import { ended, freePort, reachable, startKafka } from '../../scripts/services.ts'
import { recordsPerTrace, traceMessage } from './kafka-messages.ts'

const records = Number(process.argv[2] ?? 240_000)
const tracesPerRequest = 85
const folder = mkdtempSync(join(tmpdir(), 'clew-outgrow-'))
const kafka = await startKafka()
const admin = new Admin({ clientId: 'outgrow', bootstrapBrokers: [kafka.url] })
await admin.createTopics({ topics: ['raw'], partitions: 4, replicas: 1 })
const port = await freePort()
const path = join(folder, 'otelcol.yaml')
const exporter = {
  ...{ brokers: [kafka.url], partition_logs_by_trace_id: true, producer: { compression: 'gzip' } },
  logs: { topic: 'raw', encoding: 'otlp_proto' },
}
// JSON is YAML.
writeFileSync(
  path,
  JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { kafka: exporter },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { receivers: ['otlp'], exporters: ['kafka'] } },
    },
  }),
)
const collector = spawn(await buildCollector(), ['--config', path], { stdio: 'ignore' })
await reachable(port, collector)

/** Seconds of CPU, of all its threads. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${collector.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** One request has many traces: the fields of a repeated message may follow one another. */
const request = (): Buffer =>
  Buffer.concat(Array.from({ length: tracesPerRequest }, () => traceMessage(Date.now()).value))

async function send(count: number): Promise<number> {
  let sent = 0
  for (; sent < count; sent += tracesPerRequest * recordsPerTrace) {
    const headers = { 'content-type': 'application/x-protobuf' }
    const { status } = await fetch(`http://127.0.0.1:${port}/v1/logs`, {
      ...{ method: 'POST', headers, body: new Uint8Array(request()) },
    })
    if (status !== 200) throw new Error(`the Collector answered ${status}`)
  }
  return sent
}

async function bytesInTopic(): Promise<number> {
  const [broker] = await admin.describeLogDirs({ topics: [{ name: 'raw', partitions: [0, 1, 2, 3] }] })
  const partitions = broker!.results.flatMap(({ topics }) => topics.flatMap((one) => one.partitions))
  return partitions.reduce((sum, { partitionSize }) => sum + Number(partitionSize), 0)
}

try {
  await send(records / 4)
  await pause(2_000)
  const [begin, beginBytes] = [cpuSeconds(), await bytesInTopic()]
  const sent = await send(records)
  let bytes = -1
  for (let last = -2; bytes !== last; ) {
    last = bytes
    await pause(1_000)
    bytes = await bytesInTopic()
  }
  console.log(`collector: CPU µs per record: ${(((cpuSeconds() - begin) / sent) * 1e6).toFixed(2)}`)
  console.log(`collector: bytes per record, in the log: ${((bytes - beginBytes) / sent).toFixed(1)}`)
} finally {
  await admin.close()
  await ended(collector)
  await kafka.stop()
  rmSync(folder, { recursive: true })
}

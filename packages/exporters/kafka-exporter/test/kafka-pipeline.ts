import { kafkaExporter } from '@clew/kafka-exporter'
import { decodeLogsRequest } from '@clew/otlp'
import { createThreadSender, type Pipeline, startPipeline } from '@clew/pipeline'
import { Consumer } from '@platformatic/kafka'
import type { KafkaOptions } from '../src/options.ts'

export const defaults: KafkaOptions = {
  ...{ brokers: [], topic: 'log_raw', format: 'otlp_proto', compression: 'gzip', clientId: 'clew' },
  ...{ tls: false, ca: '', clientCertificate: '', clientKey: '' },
  ...{ user: '', password: '', mechanism: 'plain' },
}

/** A pipeline that sends to Kafka alone. */
export type Started = { pipeline: Pipeline; reports: string[]; log(trace: string, body: string): void }

export function startKafkaPipeline(options: Partial<KafkaOptions>, spoolDirectory: string): Started {
  const reports: string[] = []
  const report = (code: string, message: string): void => {
    reports.push(`${code} ${message}`)
  }
  const destination = kafkaExporter.open({ ...defaults, ...options }, { createThreadSender, say: report })
  if (typeof destination !== 'object') throw new Error(String(destination))
  const pipeline = startPipeline(
    {
      resource: { 'service.name': 'shop' },
      ...{ report, scheduleDelayMs: 20, exit: 'off', spoolDirectory },
    },
    [destination],
  )
  const scope = { name: 'test', version: '1' }
  const log = (traceId: string, body: string): void => {
    const ids = traceId === '' ? {} : { traceId, spanId: '1'.repeat(16) }
    pipeline.log(scope, {
      ...{ timeUnixMs: Date.now(), severityNumber: 9, severityText: 'INFO', body, ...ids },
    })
  }
  return { pipeline, reports, log }
}

export const trace = (n: number): string => n.toString(16).padStart(32, '0')

export type Read = { key: string | undefined; value: Buffer; partition: number }

/** So many messages of a topic, from its beginning. */
export async function readTopic(broker: string, topic: string, count: number): Promise<Read[]> {
  const groupId = `read-${topic}-${Math.random()}`
  const consumer = new Consumer({ clientId: 'test', bootstrapBrokers: [broker], groupId })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
  const read: Read[] = []
  for await (const { key, value, partition } of stream) {
    read.push({ key: key?.toString() || undefined, value, partition })
    if (read.length >= count) break
  }
  await consumer.close(true)
  return read
}

export const bodiesOf = ({ value }: Read): unknown[] =>
  decodeLogsRequest(value).flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) => logRecords.map(({ body }) => body)),
  )

import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { type Service, startKafka, startRedis } from '../../scripts/services.ts'
import { startDeskProcess } from '../desk/desk-process.ts'
import { type Child, startChild } from '../measure/child.ts'

const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.js')

/** Where rules run; `env`: what the application is started with. */
export type Started = { env: Readonly<Record<string, string>>; stop(): Promise<void> }
/** Starts what judges the records of an application; `rules`: a rule file. */
export type AlertWay = (place: { folder: string; rules: string }) => Promise<Started>

/** The three ways in which rules run. */
export const alertWays: Readonly<Record<string, AlertWay>> = {
  application: async ({ rules }) => ({ env: { CLEW_ALERTS: rules }, stop: async () => {} }),
  async desk({ rules }) {
    const { url, stop } = await startDeskProcess(['--alerts', rules])
    return { env: { OTEL_EXPORTER_OTLP_ENDPOINT: url }, stop }
  },
  async kafka({ rules }) {
    const started: { stop(): Promise<void> }[] = []
    const stop = async (): Promise<void> => {
      for (const one of started.toReversed()) await one.stop()
    }
    try {
      const kafka: Service = await startKafka()
      started.push(kafka)
      const redis = await startRedis()
      started.push(redis)
      const topic = `log_raw-${process.pid}-${Date.now()}`
      await createTopic(kafka.url, topic)
      for (let own = 0; own < 2; own++)
        started.push(startJudge(rules, `kafka://${kafka.url}/${topic}`, redis))
      return {
        env: {
          ...{ CLEW_KAFKA_BROKERS: kafka.url, CLEW_KAFKA_TOPIC: topic, OTEL_LOGS_EXPORTER: 'none' },
        },
        stop,
      }
    } catch (error) {
      await stop()
      throw error
    }
  },
}

function startJudge(rules: string, from: string, redis: Service): Child {
  return startChild({ file: bin, args: ['alert', 'run', rules, '--from', from, '--state', redis.url] })
}

async function createTopic(broker: string, topic: string): Promise<void> {
  const admin = new Admin({ clientId: 'benchmark', bootstrapBrokers: [broker] })
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 })
  await admin.close()
}

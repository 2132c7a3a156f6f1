import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Admin } from '@platformatic/kafka'
import { startBroker } from '../kafka.ts'
import { endWithUs, type Service, startRedisServer } from '../services.ts'
import { ruleFile } from './demo-desk.ts'
import { stopChild } from './service-process.ts'

const topic = 'log_raw'
const processes = 2
const clew = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url))

/** What is started, in its order; stopped the other way round. */
export type Keep = <T extends { stop(): Promise<void> }>(started: T) => T

/** A Kafka of its own with the topic. Gives its `host:port`. */
export async function startTopic(keep: Keep, say: (text: string) => void): Promise<string> {
  say('starting Kafka')
  const onFetch = (): void => say('fetching Kafka by Maven, 44 MB; the next time it is there')
  const { url } = keep(await startBroker({ onFetch, isApart: true }))
  const admin = new Admin({ clientId: 'clew-demo', bootstrapBrokers: [url] })
  await admin.createTopics({ topics: [topic], partitions: 4 })
  await admin.close()
  say(`Kafka on ${url}, topic ${topic} with 4 partitions`)
  return url
}

/** A Redis of its own, and processes that judge the topic together. */
export async function startJudges(
  keep: Keep,
  { kafkaUrl, chatUrl, deskUrl }: { kafkaUrl: string; chatUrl: string; deskUrl: string },
  say: (text: string) => void,
): Promise<void> {
  const redis = keep(await startRedisServer({ isApart: true }))
  const from = `kafka://${kafkaUrl}/${topic}?begin=earliest`
  const words = ['alert', 'run', ruleFile, '--from', from, '--state', redis.url, '--desk', deskUrl]
  say(`${processes} times: clew alert run alerts.yaml --from ${from} --state ${redis.url}`)
  for (let index = 0; index < processes; index++) keep(startJudge(words, chatUrl))
}

function startJudge(words: string[], chatUrl: string): Pick<Service, 'stop'> {
  const child: ChildProcess = spawn(process.execPath, [clew, ...words], {
    env: { ...process.env, WECOM_URL: chatUrl },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  })
  endWithUs(child)
  return { stop: () => stopChild(child) }
}

/** What the services of the example need to send there. */
export const kafkaEnvironment = (kafkaUrl: string): NodeJS.ProcessEnv => ({
  CLEW_KAFKA_BROKERS: kafkaUrl,
  CLEW_KAFKA_TOPIC: topic,
})

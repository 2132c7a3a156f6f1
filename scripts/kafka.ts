import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithUs, freePort, reachable, type Service } from './services.ts'
import { finished, keptFolder } from './test-cache.ts'

/**
 * A broker of its own. `url` is `host:port`; topics that are asked for are not made by themselves. At `saslUrl` it wants a user
 * `clew` with the password `secret`, by PLAIN.
 */
export type KafkaService = Service & {
  saslUrl: string
  /** With certificates: by TLS, and the certificate of a client; and by TLS with the same user by SCRAM, 256 or 512. */
  tlsUrl: string
  scramUrl: string
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it again after `kill`, with its data and its port. */
  restart(): Promise<void>
}

/** PEM texts: an authority, and what it signed for 127.0.0.1. */
export type BrokerCertificates = { ca: string; server: { cert: string; key: string } }

export type BrokerOptions = {
  /** Listeners with TLS as well. */
  certificates?: BrokerCertificates
  /** Told before the jars are fetched. */
  onFetch?: () => void
  /** Out of the terminal's process group: see {@link endWithUs}. */
  isApart?: boolean
}

export const kafkaVersion = '4.3.1'

/**
 * An Apache Kafka, broker and controller in one Java process, on a free port of 127.0.0.1, with data in a temporary folder. Its
 * jars are fetched once by Maven, 44 MB.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<KafkaService> {
  try {
    return await start(await jars(options.onFetch), options)
  } catch (error) {
    const reason = error instanceof Error ? error.message : error
    throw new Error(
      `no Kafka: ${reason}; set KAFKA_URL to host:port of one that runs, or install Java 17 and Maven (apt-get install maven)`,
    )
  }
}

/** Where the jars are. */
function jars(onFetch: (() => void) | undefined): Promise<string> {
  return keptFolder(`kafka-${kafkaVersion}`, async (fresh) => {
    onFetch?.()
    writeFileSync(join(fresh, 'pom.xml'), pom)
    const copy = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime']
    await finished(spawn('mvn', ['-q', '-B', '-ntp', ...copy], { cwd: fresh }))
    return join(fresh, 'lib')
  })
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>clew</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency></dependencies>
</project>
`

async function start(lib: string, { certificates, isApart = false }: BrokerOptions): Promise<KafkaService> {
  if (readdirSync(lib).length === 0) throw new Error(`${lib} is empty: remove it`)
  const directory = mkdtempSync(join(tmpdir(), 'clew-kafka-'))
  const [port, controllerPort, saslPort] = [await freePort(), await freePort(), await freePort()]
  const [tlsPort, scramPort] = [await freePort(), await freePort()]
  writeFileSync(
    join(directory, 'server.properties'),
    properties({ port, controllerPort, saslPort, tlsPort, scramPort }, directory, certificates !== undefined),
  )
  if (certificates) {
    const { ca, server } = certificates
    writeFileSync(join(directory, 'server.pem'), `${server.key}${server.cert}`, { mode: 0o600 })
    writeFileSync(join(directory, 'ca.pem'), ca)
  }
  const java = (words: string[]): ChildProcess =>
    spawn('java', ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(lib, '*'), ...words], {
      ...{ cwd: directory, detached: isApart },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const run = async (): Promise<ChildProcess> => {
    const server = java(['-Xms64m', '-Xmx384m', 'kafka.Kafka', 'server.properties'])
    server.stdout!.resume()
    server.stderr!.resume()
    if (isApart) endWithUs(server)
    await reachable(port, server)
    return server
  }
  const end = (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      server.once('exit', () => resolve())
      server.kill(signal)
    })
  }
  const format = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    'MkU3OEVBNTcwNTJENDM2Qg',
    '-c',
    'server.properties',
  ]
  for (const bits of [256, 512]) format.push('--add-scram', `SCRAM-SHA-${bits}=[name=clew,password=secret]`)
  await finished(java(format))
  let server = await run()
  return {
    url: `127.0.0.1:${port}`,
    saslUrl: `127.0.0.1:${saslPort}`,
    tlsUrl: `127.0.0.1:${tlsPort}`,
    scramUrl: `127.0.0.1:${scramPort}`,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL')
      server = await run()
    },
    stop: async () => {
      await end('SIGTERM')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

type Ports = Record<'port' | 'controllerPort' | 'saslPort' | 'tlsPort' | 'scramPort', number>

function properties(ports: Ports, directory: string, hasTls: boolean): string {
  const { port, controllerPort, saslPort, tlsPort, scramPort } = ports
  const secured = hasTls ? `,TLS://127.0.0.1:${tlsPort},SCRAM://127.0.0.1:${scramPort}` : ''
  const clients = `PLAINTEXT://127.0.0.1:${port},SASL://127.0.0.1:${saslPort}${secured}`
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=${clients},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=${clients}
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_clew="secret";
${hasTls ? tlsProperties(directory) : ''}controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL,SCRAM:SASL_SSL,CONTROLLER:PLAINTEXT
log.dirs=${directory}/data
auto.create.topics.enable=false
num.partitions=4
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
group.consumer.min.session.timeout.ms=1000
group.consumer.session.timeout.ms=3000
group.consumer.min.heartbeat.interval.ms=100
group.consumer.heartbeat.interval.ms=500
`
}

/** https://kafka.apache.org/documentation/#security */
function tlsProperties(directory: string): string {
  const login = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  return `ssl.keystore.type=PEM
ssl.keystore.location=${directory}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location=${directory}/ca.pem
listener.name.tls.ssl.client.auth=required
listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512
listener.name.scram.scram-sha-256.sasl.jaas.config=${login}
listener.name.scram.scram-sha-512.sasl.jaas.config=${login}
`
}

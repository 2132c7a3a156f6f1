import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { freePort, reachable, type Service } from './services.ts'

/**
 * A broker of its own. `url` is `host:port`; topics that are asked for are not made by themselves. At `saslUrl` it wants a user
 * `clew` with the password `secret`.
 */
export type KafkaService = Service & {
  saslUrl: string
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it again after `kill`, with its data and its port. */
  restart(): Promise<void>
}

const version = '4.3.1'

/**
 * An Apache Kafka, broker and controller in one Java process, on a free port of 127.0.0.1, with data in a temporary folder. Its
 * jars are fetched once by Maven, 44 MB, into `CLEW_TEST_CACHE`, `$XDG_CACHE_HOME/clew-test` or `~/.cache/clew-test`.
 */
export async function startBroker(): Promise<KafkaService> {
  try {
    return await start(await jars())
  } catch (error) {
    const reason = error instanceof Error ? error.message : error
    throw new Error(
      `no Kafka: ${reason}; set KAFKA_URL to host:port of one that runs, or install Java 17 and Maven (apt-get install maven)`,
    )
  }
}

/** Where the jars are. */
async function jars(): Promise<string> {
  const cache =
    process.env.CLEW_TEST_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clew-test')
  const folder = join(cache, `kafka-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'kafka-'))
  try {
    writeFileSync(join(fresh, 'pom.xml'), pom)
    const copy = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime']
    await finished(spawn('mvn', ['-q', '-B', '-ntp', ...copy], { cwd: fresh }))
    renameSync(join(fresh, 'lib'), folder)
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw new Error(`its jars cannot be fetched into ${cache}: ${String(error)}`)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>clew</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency></dependencies>
</project>
`

async function start(lib: string): Promise<KafkaService> {
  if (readdirSync(lib).length === 0) throw new Error(`${lib} is empty: remove it`)
  const directory = mkdtempSync(join(tmpdir(), 'clew-kafka-'))
  const [port, controllerPort, saslPort] = [await freePort(), await freePort(), await freePort()]
  writeFileSync(
    join(directory, 'server.properties'),
    properties({ port, controllerPort, saslPort }, join(directory, 'data')),
  )
  const java = (words: string[]): ChildProcess =>
    spawn('java', ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(lib, '*'), ...words], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const run = async (): Promise<ChildProcess> => {
    const server = java(['-Xms64m', '-Xmx384m', 'kafka.Kafka', 'server.properties'])
    server.stdout!.resume()
    server.stderr!.resume()
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
  await finished(java(format))
  let server = await run()
  return {
    url: `127.0.0.1:${port}`,
    saslUrl: `127.0.0.1:${saslPort}`,
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

async function finished(child: ChildProcess): Promise<void> {
  child.stdin?.end()
  const said = Promise.all([text(child.stdout!), text(child.stderr!)])
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve(status ?? signal))
  })
  if (code === 0) return
  const words = (await said).join(' ').trim().slice(0, 1000)
  throw new Error(`${child.spawnfile} ended with ${code}: ${words}`)
}

type Ports = { port: number; controllerPort: number; saslPort: number }

function properties({ port, controllerPort, saslPort }: Ports, data: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},SASL://127.0.0.1:${saslPort},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},SASL://127.0.0.1:${saslPort}
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_clew="secret";
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${data}
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

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaService, startBroker } from './kafka.ts'
import { startEmbeddedPostgres } from './postgres.ts'

/** A server of the tests or the demo. `stop` ends it and removes its data; a server given by URL is left alone. */
export type Service = { url: string; stop(): Promise<void> }

/** PostgreSQL from PG_URL, else the embedded one on a free port. */
export async function startPostgres(): Promise<Service> {
  if (process.env.PG_URL) return { url: process.env.PG_URL, stop: async () => {} }
  return startEmbeddedPostgres()
}

/** Redis from REDIS_URL, else a `redis-server` of the PATH on a free port. Throws with the remedy when there is none. */
export async function startRedis(): Promise<Service> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} }
  return startRedisServer()
}

/** A `redis-server` of its own, that keeps nothing. `isApart`: see {@link endWithUs}. */
export async function startRedisServer({ isApart = false } = {}): Promise<Service> {
  requireRedisServer()
  const port = await freePort()
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', [...flags, '--maxmemory-policy', 'noeviction'], {
    ...{ stdio: 'ignore', detached: isApart },
  })
  if (isApart) endWithUs(server)
  await reachable(port, server)
  return { url: `redis://127.0.0.1:${port}`, stop: () => ended(server) }
}

/** Kafka from KAFKA_URL (`host:port`), which cannot be restarted, else one of its own. Throws with the remedy when there is none. */
export async function startKafka(): Promise<Service | KafkaService> {
  if (process.env.KAFKA_URL) return { url: process.env.KAFKA_URL, stop: async () => {} }
  return startBroker()
}

/** What a Prometheus does beside scraping: rule files, and the address of an Alertmanager that it tells. */
export type PrometheusWork = { rules?: readonly string[]; alertmanager?: string }

/**
 * A `prometheus` of the PATH on a free port, which scrapes `/metrics` of these `host:port` each second, with their exemplars.
 * Throws with the remedy when there is none.
 */
export async function startPrometheus(
  targets: readonly string[],
  { rules = [], alertmanager }: PrometheusWork = {},
): Promise<Service> {
  if (!hasPrometheus()) throw new Error('no Prometheus: install prometheus (apt-get install prometheus)')
  const scrape = { job_name: 'clew', scrape_interval: '1s', static_configs: [{ targets }] }
  const told = alertmanager && [{ static_configs: [{ targets: [new URL(alertmanager).host] }] }]
  const config = {
    global: { evaluation_interval: '1s' },
    rule_files: rules,
    ...(told && { alerting: { alertmanagers: told } }),
    scrape_configs: [scrape],
  }
  return startConfigured('prometheus', config, (directory) => [
    `--storage.tsdb.path=${directory}/data`,
    '--enable-feature=exemplar-storage',
  ])
}

/** An Alertmanager of the PATH on a free port, which tells nobody. Throws with the remedy when there is none. */
export async function startAlertmanager(): Promise<Service> {
  const command = alertmanagerCommand()
  if (command === undefined)
    throw new Error('no Alertmanager: install it (apt-get install prometheus-alertmanager)')
  const config = { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] }
  return startConfigured(command, config, (directory) => [
    `--storage.path=${directory}/data`,
    '--cluster.listen-address=',
  ])
}

/** A server of the Prometheus family, with its configuration and data in a temporary folder. */
async function startConfigured(
  command: string,
  config: object,
  flags: (directory: string) => string[],
): Promise<Service> {
  const [directory, port] = [mkdtempSync(join(tmpdir(), 'clew-server-')), await freePort()]
  const file = join(directory, 'config.yml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config))
  const address = `127.0.0.1:${port}`
  const own = [`--config.file=${file}`, `--web.listen-address=${address}`, '--log.level=error']
  const server = spawn(command, [...own, ...flags(directory)], { stdio: 'ignore' })
  await reachable(port, server)
  const stop = async (): Promise<void> => {
    await ended(server)
    rmSync(directory, { recursive: true })
  }
  return { url: `http://${address}`, stop }
}

/** Whether `prometheus`, and `promtool` with it, is on the PATH. */
export function hasPrometheus(): boolean {
  return spawnSync('promtool', ['--version']).status === 0
}

/** Debian's name, or that of everybody else; undefined: neither is on the PATH. */
export function alertmanagerCommand(): string | undefined {
  return ['prometheus-alertmanager', 'alertmanager'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  )
}

/** Whether a `redis-server` is on the PATH. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0
}

/** Whether Maven, and Java with it, is on the PATH: Kafka is fetched by it. */
export function hasMaven(): boolean {
  return spawnSync('mvn', ['--version']).status === 0
}

function requireRedisServer(): void {
  if (hasRedisServer()) return
  throw new Error(
    'no Redis: set REDIS_URL, or install redis-server (apt-get install redis-server, brew install redis)',
  )
}

/** A TCP port of 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

/** Waits until the server listens on that port of 127.0.0.1; rejects when it ends before. */
export function reachable(port: number, server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it listened`)))
    const attempt = (): void => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => {
        socket.destroy()
        resolve()
      })
      socket.once('error', () => setTimeout(attempt, 20))
    }
    attempt()
  })
}

/**
 * Of a process out of the terminal's process group: Ctrl-C reaches us alone, and we stop those who ask a server before it. It ends with
 * us in any case.
 */
export function endWithUs(child: ChildProcess): void {
  const end = (): void => void child.kill('SIGTERM')
  process.once('exit', end)
  child.once('exit', () => process.removeListener('exit', end))
}

/** Ends it by SIGTERM, and waits for that. */
export function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.kill('SIGTERM')
  })
}

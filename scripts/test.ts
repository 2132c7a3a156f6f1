import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { buildCollector } from './collector.ts'
import { pythonOfOrders } from './demo/python-services.ts'
import { startMongodb } from './ferretdb.ts'
import { hasGo } from './go.ts'
import { buildJaeger } from './jaeger.ts'
import { hasMariadb, startMariadb } from './mariadb.ts'
import { pythonProblem } from './python.ts'
import {
  alertmanagerCommand,
  hasMaven,
  hasPrometheus,
  hasRedisServer,
  type Service,
  startKafka,
  startPostgres,
  startRedis,
} from './services.ts'
import { buildVictoriaLogs } from './victoria-logs.ts'

const started: Service[] = []
const beganMs = Date.now()

function progress(text: string): void {
  console.log(`[test +${((Date.now() - beganMs) / 1000).toFixed(0)} s] ${text}`)
}

/** What Debian has of the servers and the browser that the tests use, when this user may install it. */
function installMissing(): void {
  const missing = [
    ...(process.env.REDIS_URL || hasRedisServer() ? [] : ['redis-server']),
    ...(process.env.KAFKA_URL || hasMaven() ? [] : ['maven']),
    ...(process.env.MYSQL_URL || hasMariadb() ? [] : ['mariadb-server']),
    ...(hasPrometheus() ? [] : ['prometheus']),
    ...(alertmanagerCommand() === undefined ? ['prometheus-alertmanager'] : []),
    ...(hasRsyslog() ? [] : ['rsyslog', 'rsyslog-gnutls']),
    ...(hasChromium() ? [] : ['chromium']),
    ...(pythonProblem() === undefined ? [] : ['python3-venv']),
  ]
  if (missing.length === 0) return
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
  if (!mayInstall) {
    if (missing.includes('redis-server'))
      throw new Error('no Redis: set REDIS_URL, or install redis-server (brew install redis)')
    progress('no Chromium: the tests of the page are skipped (set CHROMIUM_PATH)')
    return
  }
  progress(`installing ${missing.join(' and ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update'], { stdio: 'ignore' })
  const words = ['install', '-y', '--no-install-recommends', ...missing]
  const { status } = spawnSync('apt-get', words, { stdio: 'ignore', env })
  if (status !== 0)
    throw new Error(
      `apt-get install ${missing.join(' ')} failed: install by hand, or set REDIS_URL and CHROMIUM_PATH`,
    )
}

function hasChromium(): boolean {
  return existsSync(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium')
}

/** With its module for TLS, a package of its own. */
function hasRsyslog(): boolean {
  const folders = ['/usr/lib', ...globSync('/usr/lib/*-linux-gnu*')]
  return folders.some((folder) => existsSync(`${folder}/rsyslog/lmnsd_gtls.so`))
}

async function startServices(): Promise<NodeJS.ProcessEnv> {
  progress('starting PostgreSQL, MariaDB, Redis and Kafka (its first start fetches 44 MB)')
  installMissing()
  const postgres = await startPostgres()
  started.push(postgres)
  const redis = await startRedis()
  started.push(redis)
  const kafka = await startKafka()
  started.push(kafka)
  const mariadb = hasMariadb() || process.env.MYSQL_URL ? await startMariadb() : undefined
  if (mariadb) started.push(mariadb)
  else progress('no MariaDB: its tests are skipped (apt-get install mariadb-server, or set MYSQL_URL)')
  if (hasGo()) {
    progress('looking for the Collector, VictoriaLogs and Jaeger (they are built once, which takes minutes)')
    for (const build of [buildCollector, buildVictoriaLogs, buildJaeger])
      await build().catch((error: Error) => progress(error.message))
  }
  progress('looking for the packages of Python (pip fetches them once, which takes a minute)')
  await pythonOfOrders().catch((error: Error) => progress(error.message))
  const mongodb = await mayStartMongodb()
  return {
    ...process.env,
    PG_URL: postgres.url,
    REDIS_URL: redis.url,
    KAFKA_URL: kafka.url,
    ...(mariadb && { MYSQL_URL: mariadb.url }),
    ...(mongodb && { MONGODB_URL: mongodb.url }),
  }
}

async function mayStartMongodb(): Promise<Service | undefined> {
  if (!hasGo() && !process.env.MONGODB_URL) {
    progress(
      'no MongoDB: its tests are skipped (set MONGODB_URL, or install Go 1.26, by which FerretDB is built)',
    )
    return undefined
  }
  progress('looking for FerretDB (it is built once, which takes minutes)')
  const mongodb = await startMongodb().catch((error: Error) => progress(error.message))
  if (mongodb) started.push(mongodb)
  return mongodb ?? undefined
}

/** The services are stopped first, whoever ends it. */
const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env })
    const end = (): void => void child.kill('SIGTERM')
    for (const signal of ends) process.on(signal, end)
    child.once('exit', (code) => {
      for (const signal of ends) process.off(signal, end)
      resolve(code ?? 1)
    })
  })
}

async function main(): Promise<number> {
  const env = await startServices()
  progress('checking types, style and packages')
  let isEnded = false
  for (const signal of ends)
    process.once(signal, () => {
      isEnded = true
    })
  const checked = await run('node', ['scripts/check.ts'], env)
  if (isEnded) return 1
  progress('running the tests')
  const tested = await run('vitest', ['run', ...process.argv.slice(2)], env)
  return checked || tested
}

let code = 1
try {
  code = await main()
} catch (error) {
  console.error(`[test] ${error instanceof Error ? error.message : error}`)
} finally {
  for (const service of started) await service.stop()
}
process.exitCode = code

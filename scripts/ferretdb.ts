import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { go, goEnvironment, hasGo, smallBuild } from './go.ts'
import { ended, freePort, reachable, type Service } from './services.ts'
import { finished, keptFolder } from './test-cache.ts'

const version = '1.24.2'
const module = `github.com/FerretDB/FerretDB@v${version}`

/** Whether there is a MongoDB for tests; without one they fail where CI is set, and are skipped on a laptop. */
export function isMongodbExpected(): boolean {
  return Boolean(process.env.MONGODB_URL || process.env.CI) || hasGo()
}

/**
 * Builds FerretDB, which speaks MongoDB's protocol over SQLite, unless it is there: two minutes, more on a busy machine. Gives its
 * executable file.
 */
export async function buildFerretdb(): Promise<string> {
  const folder = await keptFolder(`ferretdb-${version}`, async (fresh) => {
    writeFileSync(join(fresh, 'go.mod'), 'module clew/ferretdb\ngo 1.26\n')
    await go(['get', module.replace('@', '/cmd/ferretdb@')], { cwd: fresh })
    const words = ['list', '-m', '-f', '{{.Dir}}', 'github.com/FerretDB/FerretDB']
    const { stdout } = spawnSync('go', words, { cwd: fresh, env: goEnvironment, encoding: 'utf8' })
    // It reads its version from a file that its module does not have, and the files of the cache cannot be laid over.
    const source = join(fresh, 'source')
    await finished(spawn('cp', ['-r', stdout.trim(), source]))
    await finished(spawn('chmod', ['-R', 'u+w', source]))
    writeFileSync(join(source, 'build/version/version.txt'), `v${version}\n`)
    const made = join(fresh, 'made')
    mkdirSync(made)
    await go([...smallBuild, '-o', join(made, 'ferretdb'), './cmd/ferretdb'], { cwd: source })
    return made
  })
  return join(folder, 'ferretdb')
}

/** MongoDB from MONGODB_URL, else a FerretDB on a free port with its data in a temporary folder. It has no transactions and no change streams. */
export async function startMongodb(): Promise<Service> {
  if (process.env.MONGODB_URL) return { url: process.env.MONGODB_URL, stop: async () => {} }
  if (!hasGo()) throw new Error('no MongoDB: set MONGODB_URL, or install Go 1.26, by which FerretDB is built')
  const command = await buildFerretdb()
  const directory = mkdtempSync(join(tmpdir(), 'clew-ferretdb-'))
  const port = await freePort()
  const server = spawn(
    command,
    [
      '--handler=sqlite',
      `--sqlite-url=file:${directory}/`,
      `--listen-addr=127.0.0.1:${port}`,
      '--debug-addr=-',
      '--telemetry=disable',
      `--state-dir=${directory}`,
    ],
    { stdio: 'ignore' },
  )
  await reachable(port, server)
  const stop = async (): Promise<void> => {
    await ended(server)
    rmSync(directory, { recursive: true, force: true })
  }
  return { url: `mongodb://127.0.0.1:${port}/clew`, stop }
}

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ended, freePort, reachable, type Service } from './services.ts'

/** Debian has the server where only root looks. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }

/** Whether MariaDB's server, and what makes its files, is on the PATH. */
export function hasMariadb(): boolean {
  return ['mariadbd', 'mariadb-install-db'].every(
    (name) => spawnSync(name, ['--help'], { env }).error === undefined,
  )
}

/** Whether there is one for tests; without it they fail where CI is set, and are skipped on a laptop. */
export function isMariadbExpected(): boolean {
  return Boolean(process.env.MYSQL_URL || process.env.CI) || hasMariadb()
}

/** MariaDB from MYSQL_URL, else a `mariadbd` of the PATH on a free port, with a database `clew`, in a temporary folder. */
export async function startMariadb(): Promise<Service> {
  if (process.env.MYSQL_URL) return { url: process.env.MYSQL_URL, stop: async () => {} }
  if (!hasMariadb())
    throw new Error('no MariaDB: set MYSQL_URL, or install it (apt-get install mariadb-server)')
  const directory = mkdtempSync(join(tmpdir(), 'clew-mariadb-'))
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  // Temporary tables of two servers have the same names in /tmp.
  const files = ['--no-defaults', `--datadir=${directory}/data`, `--tmpdir=${directory}`]
  const made = spawnSync(
    'mariadb-install-db',
    [...files, ...user, '--auth-root-authentication-method=normal'],
    { encoding: 'utf8', env },
  )
  if (made.status !== 0) throw new Error(`no MariaDB: its files cannot be made: ${made.stderr}`)
  // Not before: while the files are made, for seconds, another test could take it.
  const port = await freePort()
  const server = spawn(
    'mariadbd',
    [
      ...files,
      ...user,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${directory}/socket`,
      '--skip-log-bin',
    ],
    { stdio: 'ignore', env },
  )
  await reachable(port, server)
  spawnSync('mariadb', [
    '--no-defaults',
    `--socket=${directory}/socket`,
    '-u',
    'root',
    '-e',
    'CREATE DATABASE clew',
  ])
  const stop = async (): Promise<void> => {
    await ended(server)
    rmSync(directory, { recursive: true, force: true })
  }
  return { url: `mysql://root@127.0.0.1:${port}/clew`, stop }
}

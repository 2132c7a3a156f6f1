import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type NodeMajor = 22 | 24 | 26

export const nodeMajors: readonly NodeMajor[] = [22, 24, 26]

const repository = join(import.meta.dirname, '..')
const installing = new Map<NodeMajor, Promise<string>>()

/**
 * The path of a `node` binary of that major version. 24 is the repository's own; the others come from npm into
 * `.cache/node-<major>` when they are missing. Throws when npm cannot install one.
 */
export function nodeBinary(major: NodeMajor): Promise<string> {
  if (major === 24) return Promise.resolve(join(repository, 'node_modules/node/bin/node'))
  const running = installing.get(major) ?? findOrInstall(major)
  installing.set(major, running)
  return running
}

async function findOrInstall(major: NodeMajor): Promise<string> {
  const folder = join(repository, '.cache', `node-${major}`)
  const binary = join(folder, 'node_modules/node/bin/node')
  if (existsSync(binary)) return binary
  console.error(`installing Node ${major} into .cache/node-${major}, once …`)
  await mkdir(join(repository, '.cache'), { recursive: true })
  const half = await mkdtemp(join(repository, '.cache', `node-${major}-`))
  await promisify(execFile)('npm', [
    'install',
    `node@${major}`,
    ...['--prefix', half, '--no-save', '--no-package-lock', '--no-audit', '--no-fund'],
  ])
  if (!existsSync(join(half, 'node_modules/node/bin/node'))) {
    throw new Error(`npm installed node@${major} without its binary; allow its install script and try again`)
  }
  // Two test files may install at once: the first one wins, whole.
  await rename(half, folder).catch(() => rm(half, { recursive: true }))
  return binary
}

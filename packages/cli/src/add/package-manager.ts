import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Manifest, mistaken } from './application.ts'
import type { Workspace } from './workspace.ts'

export const managerNames = ['npm', 'pnpm', 'yarn', 'bun'] as const
export type ManagerName = (typeof managerNames)[number]

/** What installs the packages of an application. */
export type PackageManager = {
  name: ManagerName
  /** Why this one: `pnpm-lock.yaml`. */
  because: string
  /** The words behind its name. */
  add(specs: readonly string[]): string[]
  remove(names: readonly string[]): string[]
  /** What starts a script of the package.json. */
  script(name: string): string[]
}

const lockfiles: Readonly<Record<string, ManagerName>> = {
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
}

/** Files that a package manager may change, in the folder of the application and at the root of its workspace. */
export const changedFiles: readonly string[] = [
  ...['package.json', ...Object.keys(lockfiles)],
  ...['pnpm-workspace.yaml', '.yarnrc.yml', '.pnp.cjs', '.pnp.loader.mjs'],
]

type Where = {
  directory: string
  manifest: Manifest
  root: Manifest | undefined
  workspace: Workspace | undefined
}

/** The package manager of an application: the one that is asked for, that of its package.json, of its lockfile, of who started us. */
export function findManager(
  where: Where,
  asked: ManagerName | undefined,
  userAgent: string | undefined,
): PackageManager {
  const { name, because } =
    asked === undefined
      ? (declared(where) ?? locked(where) ?? started(userAgent))
      : { name: asked, because: 'asked for' }
  return commandsOf(name, because, where)
}

type Choice = { name: ManagerName; because: string }

const isManager = (name: string | undefined): name is ManagerName =>
  (managerNames as readonly (string | undefined)[]).includes(name)

function declared({ manifest, root }: Where): Choice | undefined {
  for (const one of [manifest, root]) {
    const [name] = (one?.packageManager ?? one?.devEngines?.packageManager?.name ?? '').split('@')
    if (isManager(name)) return { name, because: 'packageManager in package.json' }
  }
  return undefined
}

function locked({ directory, workspace }: Where): Choice | undefined {
  for (const folder of new Set([directory, workspace?.root ?? directory])) {
    const found = Object.keys(lockfiles).filter((file) => existsSync(join(folder, file)))
    const names = new Set(found.map((file) => lockfiles[file]!))
    if (names.size > 1)
      throw mistaken(
        folder,
        `it has lockfiles of several package managers, ${found.join(' and ')}`,
        'delete those that are not used, or choose with --package-manager',
      )
    const [name] = names
    if (name !== undefined) return { name, because: found[0]! }
    if (existsSync(join(folder, 'pnpm-workspace.yaml')))
      return { name: 'pnpm', because: 'pnpm-workspace.yaml' }
    if (existsSync(join(folder, '.yarnrc.yml'))) return { name: 'yarn', because: '.yarnrc.yml' }
  }
  return undefined
}

/** `pnpm/12.0.1 npm/? node/v24.21.0 linux x64` */
function started(userAgent: string | undefined): Choice {
  const [name] = (userAgent ?? '').split('/')
  if (isManager(name) && name !== 'npm') return { name, because: 'it runs this command' }
  return { name: 'npm', because: 'no lockfile says otherwise' }
}

function commandsOf(name: ManagerName, because: string, where: Where): PackageManager {
  const isRoot = where.workspace?.root === where.directory && where.workspace.members.length > 0
  const toRoot = isRoot ? rootFlag(name, where.directory) : []
  const words = name === 'npm' ? { add: 'install', remove: 'uninstall' } : { add: 'add', remove: 'remove' }
  const quiet = name === 'npm' ? ['--no-audit', '--no-fund'] : []
  return {
    name,
    because,
    add: (specs) => [words.add, ...quiet, ...toRoot, ...specs],
    remove: (names) => [words.remove, ...quiet, ...toRoot, ...names],
    script: (script) => (script === 'start' && name !== 'bun' ? [name, 'start'] : [name, 'run', script]),
  }
}

/** What tells that the root of a workspace is meant itself. */
function rootFlag(name: ManagerName, directory: string): string[] {
  if (name === 'pnpm') return ['--workspace-root']
  return name === 'yarn' && isYarnClassic(directory) ? ['--ignore-workspace-root-check'] : []
}

function isYarnClassic(directory: string): boolean {
  const path = join(directory, 'yarn.lock')
  return existsSync(path) && readFileSync(path, 'latin1').slice(0, 500).includes('# yarn lockfile v1')
}

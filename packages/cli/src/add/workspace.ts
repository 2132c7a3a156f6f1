import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { type Manifest, mistaken } from './application.ts'

/** Where several packages are installed together, and the folders of its members. */
export type Workspace = { root: string; members: readonly string[] }

/** Folders that are looked into for members; who has more has to name the member's folder. */
const mostFolders = 20_000

/** The workspace that a folder is the root or a member of. Throws where its definition cannot be read. */
export function findWorkspace(directory: string): Workspace | undefined {
  for (let root = directory; ; root = dirname(root)) {
    const patterns = patternsOf(root)
    if (patterns !== undefined) {
      const members = expand(root, patterns)
      return root === directory || members.includes(directory) ? { root, members } : undefined
    }
    if (root === dirname(root)) return undefined
  }
}

/** Undefined: no root of a workspace. Without packages it is one of itself alone. */
function patternsOf(root: string): string[] | undefined {
  const file = join(root, 'pnpm-workspace.yaml')
  if (existsSync(file)) return textsOf((readYaml(file) as { packages?: unknown } | null)?.packages)
  const { workspaces } = readLoosely(join(root, 'package.json'))
  if (workspaces === undefined) return undefined
  return textsOf(
    Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | null)?.packages,
  )
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 })
  } catch (error) {
    const [line] = (error as Error).message.split('\n')
    throw mistaken(path, `it cannot be read (${line})`, 'correct it there')
  }
}

/** That of a folder above: what is wrong there is its own. */
function readLoosely(path: string): Manifest {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Manifest | null) ?? {}
  } catch {
    return {}
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

function expand(root: string, patterns: readonly string[]): string[] {
  const budget = { left: mostFolders }
  const found = new Set<string>()
  for (const pattern of patterns) {
    const isNegative = pattern.startsWith('!')
    const segments = pattern
      .replace(/^!/, '')
      .split('/')
      .filter((segment) => segment !== '' && segment !== '.')
    for (const folder of walk(root, segments, budget)) {
      if (isNegative) found.delete(folder)
      else if (existsSync(join(folder, 'package.json'))) found.add(folder)
    }
  }
  found.delete(root)
  return [...found]
}

/** The folders that match what is left of a pattern: names, `*` within a name, `**` for any depth. */
function* walk(folder: string, segments: readonly string[], budget: { left: number }): Generator<string> {
  const [first, ...rest] = segments
  if (first === undefined) return void (yield folder)
  if (first === '..') return yield* walk(dirname(folder), rest, budget)
  if (first === '**') yield* walk(folder, rest, budget)
  else if (!/[*?[{]/.test(first)) {
    const next = join(folder, first)
    if (existsSync(next)) yield* walk(next, rest, budget)
    return
  }
  if (--budget.left < 0)
    throw mistaken(
      folder,
      `the workspace has more than ${mostFolders} folders`,
      'name its members one by one',
    )
  for (const name of foldersIn(folder)) {
    const next = join(folder, name)
    if (first === '**') yield* walk(next, segments, budget)
    else if (matches(name, first)) yield* walk(next, rest, budget)
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      .map(({ name }) => name)
  } catch {
    return []
  }
}

function matches(name: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll(/\\\{([^{}]*)\\\}/g, (_, words: string) => `(?:${words.replaceAll(',', '|')})`)
  return new RegExp(`^${source}$`).test(name)
}

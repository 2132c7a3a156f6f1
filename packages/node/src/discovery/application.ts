import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

/** The application that this process runs. */
export type Application = {
  /** The folder of its package.json, or the working directory when there is none. */
  directory: string
  /** From package.json. */
  name: string | undefined
  version: string | undefined
  type: 'module' | 'commonjs'
  dependencies: readonly string[]
  /** A package manager or the clew command runs, not an application: `npm run`, `clew desk` with NODE_OPTIONS set. */
  isCommand: boolean
}

type PackageJson = {
  name?: string
  version?: string
  type?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const commands = new Set(['npm', 'pnpm', '@pnpm/exe', 'yarn', '@yarnpkg/cli-dist', 'corepack', 'npx', 'clew'])

const mainScriptKey = '@clew/node: main script'

/**
 * The script that this process runs. When a worker thread loads its preloads, its own script is not yet in
 * process.argv and what is there may be an argument, so the main thread hands its script on to all threads.
 */
export function findMainScript(): string | undefined {
  if (!isMainThread) return getEnvironmentData(mainScriptKey) as string | undefined
  // With --eval the first argument stands where the script would be.
  const script = process.argv[1] && resolve(process.argv[1])
  if (script) setEnvironmentData(mainScriptKey, script)
  return script
}

const settingsKey = '@clew/node: settings'

/**
 * The environment that settings are read from. A thread that was given one of its own (`new Worker(file, { env })`) has the
 * settings of its process beside what it says itself.
 */
export function findEnvironment(): NodeJS.ProcessEnv {
  if (!isMainThread) return { ...(getEnvironmentData(settingsKey) as NodeJS.ProcessEnv), ...process.env }
  shareVariables()
  return process.env
}

/** Variables that settings refer to, whatever their names are. */
const referredTo = new Set<string>()

/** What threads of this process have as its settings; `names` are other variables that settings refer to, from now on. */
export function shareVariables(names: ReadonlySet<string> = new Set()): void {
  if (!isMainThread) return
  for (const name of names) referredTo.add(name)
  const isShared = (name: string): boolean => /^(?:OTEL|CLEW)_/.test(name) || referredTo.has(name)
  const settings = Object.entries(process.env).filter(([name]) => isShared(name))
  setEnvironmentData(settingsKey, Object.fromEntries(settings))
}

/**
 * Finds the application by its main script. A script inside of node_modules is a tool (tsx, next, pm2): then the
 * application is that of the working directory. Never throws.
 */
export function findApplication(mainScript: string | undefined, workingDirectory: string): Application {
  const script = mainScript && realPath(mainScript)
  const isTool = !script || script.includes(`${sep}node_modules${sep}`)
  const own = script ? nearestPackage(dirname(script)) : undefined
  const found = isTool ? nearestPackage(workingDirectory) : own
  return {
    directory: found?.directory ?? workingDirectory,
    name: found?.json.name,
    version: found?.json.version,
    type: found?.json.type === 'module' ? 'module' : 'commonjs',
    dependencies: found ? dependenciesOf(found.directory, found.json) : [],
    isCommand: commands.has(own?.json.name ?? ''),
  }
}

/** The package that a folder belongs to. */
export function nearestPackage(start: string): { directory: string; json: PackageJson } | undefined {
  for (let directory = start; ; directory = dirname(directory)) {
    const json = readPackageJson(join(directory, 'package.json'))
    // One without a name only sets the module type of a folder, as dist/cjs/package.json does.
    if (json && (json.name || json.dependencies || json.devDependencies)) return { directory, json }
    if (directory === dirname(directory)) return undefined
  }
}

// With npm workspaces a member may rely on what its root installs.
function dependenciesOf(directory: string, json: PackageJson): string[] {
  const parent = nearestPackage(dirname(directory))
  return [...new Set([...namesIn(json), ...(parent ? namesIn(parent.json) : [])])]
}

function namesIn(json: PackageJson): string[] {
  return Object.keys({ ...json.dependencies, ...json.optionalDependencies, ...json.devDependencies })
}

export function readPackageJson(path: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PackageJson
  } catch {
    return undefined
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

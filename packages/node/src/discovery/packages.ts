import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Instrumentation, ModuleSource } from '@clew/core'
import type { Exporter } from '@clew/pipeline'
import { type Application, readPackageJson } from './application.ts'

/** An installed package that says in its package.json `"clew": { "instrumentation": "<export>" }`, or `exporter`. */
export type FoundPackage = {
  name: string
  version: string
  directory: string
  instrumentation: Instrumentation | undefined
  exporter: Exporter | undefined
  /** Why it could not be loaded. */
  problem: string | undefined
}

/** One that is not loaded yet. */
export type ListedPackage = {
  /** Of its instrumentation and the modules that it joins; undefined when its package.json does not tell them. */
  waits: { name: string; modules: readonly Pick<ModuleSource, 'name' | 'file' | 'esModule'>[] } | undefined
  /** Never throws: what fails has a `problem`. */
  load(): FoundPackage
  /** The same while the application imports that package, which Node does not let others require. Never rejects. */
  loadLater(): Promise<FoundPackage>
}

type Manifest = {
  version?: string
  clew?: {
    instrumentation?: string
    exporter?: string
    name?: string
    modules?: unknown
    esModules?: unknown
  }
}

/** Loads every instrumentation among the application's dependencies. Never throws: what fails has a `problem`. */
export function findPackages(application: Application): FoundPackage[] {
  return listPackages(application).map(({ load }) => load())
}

/** Every instrumentation and exporter among the application's dependencies. Never throws. */
export function listPackages(application: Application): ListedPackage[] {
  const requireFromApplication = createRequire(join(application.directory, 'package.json'))
  const find = packageFinder(application)
  return application.dependencies.flatMap((name) => {
    const directory = find(name)
    const manifest = directory ? readManifest(directory) : undefined
    const { instrumentation, exporter, name: joins, modules, esModules } = manifest?.clew ?? {}
    const exportName = instrumentation ?? exporter
    const method = instrumentation ? 'start' : 'open'
    if (!directory || !exportName) return []
    const found = { name, version: manifest?.version ?? '', directory }
    return {
      waits:
        joins && Array.isArray(modules) ? { name: joins, modules: modulesOf(modules, esModules) } : undefined,
      load: () => ({ ...found, ...load(() => requireFromApplication(name), exportName, method) }),
      loadLater: async () => ({
        ...found,
        ...(await importLoaded(requireFromApplication, name, exportName, method)),
      }),
    }
  })
}

function modulesOf(
  modules: readonly unknown[],
  esModules: unknown,
): Pick<ModuleSource, 'name' | 'file' | 'esModule'>[] {
  const others = Array.isArray(esModules) ? esModules.map(parseModule) : []
  return [
    ...modules.map(parseModule),
    ...others.map(({ name, file }) => ({ name, ...(file && { esModule: file }) })),
  ]
}

/** `@scope/name/path/file.js` → the package and the file in it. */
function parseModule(path: unknown): Pick<ModuleSource, 'name' | 'file'> {
  const [, name = '', file] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(String(path)) ?? []
  return file === undefined ? { name } : { name, file }
}

type PnpApi = { resolveToUnqualified(request: string, issuer: string): string | null }

/** Finds the folder of a package that the application may load, whether or not its `exports` let it be seen. Never throws. */
export function packageFinder({ directory }: Application): (name: string) => string | undefined {
  // Yarn Plug'n'Play has no folders to look into: https://yarnpkg.com/advanced/pnpapi
  const issuer = join(directory, sep)
  const pnp = (Module as { findPnpApi?: (path: string) => PnpApi | null }).findPnpApi?.(issuer)
  if (pnp) {
    return (name) => {
      try {
        return pnp.resolveToUnqualified(name, issuer) ?? undefined
      } catch {
        return undefined
      }
    }
  }
  const folders = createRequire(join(directory, 'package.json')).resolve.paths('x') ?? []
  return (name) => folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder))
}

/** The package.json of a package that speaks of Clew; most do not, and are not parsed. */
function readManifest(directory: string): Manifest | undefined {
  try {
    const text = readFileSync(join(directory, 'package.json'), 'utf8')
    return text.includes('"clew"') ? (JSON.parse(text) as Manifest) : undefined
  } catch {
    return undefined
  }
}

type Loaded = Pick<FoundPackage, 'instrumentation' | 'exporter' | 'problem'>

/** What an instrumentation has, or an exporter. */
type Method = 'start' | 'open'

const nothing: Loaded = { instrumentation: undefined, exporter: undefined, problem: undefined }

type Loading = { _load: unknown; _resolveFilename: unknown; js: unknown }

const internals = Module as unknown as Loading & { _extensions: Record<string, unknown> }
const ownLoading = exchangeLoading()

/**
 * How modules are loaded, and that put in its place. A loader that the application registers, such as ts-node, would make
 * other modules of our files, or none.
 */
function exchangeLoading(wanted?: Loading): Loading {
  const { _load, _resolveFilename, _extensions: extensions } = internals
  const found = { _load, _resolveFilename, js: extensions['.js'] }
  if (wanted) {
    internals._load = wanted._load
    internals._resolveFilename = wanted._resolveFilename
    extensions['.js'] = wanted.js
  }
  return found
}

/** Never throws. */
function load(requireExports: () => unknown, exportName: string, method: Method): Loaded {
  const replaced = exchangeLoading(ownLoading)
  try {
    return pick(requireExports(), exportName, method)
  } catch (error) {
    return problemOf(error)
  } finally {
    exchangeLoading(replaced)
  }
}

async function importLoaded(
  requireFromApplication: NodeJS.Require,
  name: string,
  exportName: string,
  method: Method,
): Promise<Loaded> {
  try {
    return pick(await import(pathToFileURL(requireFromApplication.resolve(name)).href), exportName, method)
  } catch (error) {
    return problemOf(error)
  }
}

function pick(exports: unknown, exportName: string, method: Method): Loaded {
  const found = (exports as Record<string, Partial<Instrumentation & Exporter> | undefined>)[exportName]
  if (typeof found?.[method] !== 'function')
    return {
      ...nothing,
      problem: `it has no export ${exportName} with ${method === 'start' ? 'a start()' : 'an open()'}`,
    }
  return method === 'start'
    ? { ...nothing, instrumentation: found as Instrumentation }
    : { ...nothing, exporter: found as Exporter }
}

function problemOf(error: unknown): Loaded {
  return { ...nothing, problem: error instanceof Error ? error.message : String(error) }
}

/** Folders of all copies of a package that the application and its @clew packages reach. */
export function copiesOf(
  packageName: string,
  application: Application,
  found: readonly FoundPackage[],
): string[] {
  const starts = [application.directory, ...found.map((one) => one.directory)]
  const copies = starts.flatMap((start) => {
    try {
      return [packageFolder(createRequire(join(start, 'package.json')).resolve(packageName), packageName)]
    } catch {
      return []
    }
  })
  return [...new Set(copies)]
}

function packageFolder(filename: string, packageName: string): string {
  for (let directory = dirname(filename); directory !== dirname(directory); directory = dirname(directory)) {
    if (readPackageJson(join(directory, 'package.json'))?.name === packageName) return directory
  }
  return dirname(filename)
}

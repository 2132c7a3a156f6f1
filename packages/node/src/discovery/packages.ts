import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type { Instrumentation } from '@clew/core'
import { type Application, readPackageJson } from './application.ts'

/** An installed package that says in its package.json `"clew": { "instrumentation": "<export>" }`. */
export type FoundPackage = {
  name: string
  version: string
  directory: string
  instrumentation: Instrumentation | undefined
  /** Why it could not be loaded. */
  problem: string | undefined
}

type Manifest = { version?: string; clew?: { instrumentation?: string } }

/** Loads every instrumentation among the application's dependencies. Never throws: what fails has a `problem`. */
export function findPackages(application: Application): FoundPackage[] {
  const requireFromApplication = createRequire(join(application.directory, 'package.json'))
  const find = packageFinder(application)
  return application.dependencies.flatMap((name) => {
    const directory = find(name)
    const manifest = directory ? readManifest(directory) : undefined
    const exportName = manifest?.clew?.instrumentation
    if (!directory || !exportName) return []
    const found = { name, version: manifest.version ?? '', directory }
    return [{ ...found, ...load(requireFromApplication, name, exportName) }]
  })
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

function load(
  requireFromApplication: NodeJS.Require,
  name: string,
  exportName: string,
): Pick<FoundPackage, 'instrumentation' | 'problem'> {
  try {
    const exports = requireFromApplication(name) as Record<string, Instrumentation | undefined>
    const instrumentation = exports[exportName]
    if (typeof instrumentation?.start === 'function') return { instrumentation, problem: undefined }
    return { instrumentation: undefined, problem: `it has no export ${exportName} with a start()` }
  } catch (error) {
    return { instrumentation: undefined, problem: error instanceof Error ? error.message : String(error) }
  }
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

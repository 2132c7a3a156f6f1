import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

type PackageJson = { name?: string; version?: string; exports?: unknown }

/** A package as it lies in a folder. */
export type InstalledPackage = { directory: string; name: string; version: string; hasExports: boolean }

/** The versions from `from` up to, but not with, `below`. */
export type VersionRange = { readonly from: string; readonly below: string }

const packages = new Map<string, InstalledPackage | undefined>()
const mains = new Map<string, string | undefined>()

/**
 * The package that a file belongs to. One that has its package.json among its built files once more, as @redis/client has,
 * is where it lies outermost.
 */
export function packageOf(filename: string): InstalledPackage | undefined {
  let found: InstalledPackage | undefined
  for (let directory = dirname(filename); ; directory = dirname(directory)) {
    if (!packages.has(directory)) packages.set(directory, readPackage(directory))
    const here = packages.get(directory)
    if (here && found && here.name !== found.name) return found
    found = here ?? found
    if (found && directory.endsWith(join('node_modules', found.name))) return found
    if (directory === dirname(directory)) return found
  }
}

// A package.json without a name only sets the module type of a folder; the package lies further up.
function readPackage(directory: string): InstalledPackage | undefined {
  try {
    const json = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageJson
    if (!json.name || !json.version) return undefined
    return { directory, name: json.name, version: json.version, hasExports: json.exports !== undefined }
  } catch {
    return undefined
  }
}

/** Its main file, as `require` finds it. */
export function mainOf({ directory, name, hasExports }: InstalledPackage): string | undefined {
  if (!mains.has(directory)) mains.set(directory, resolveMain(directory, hasExports ? name : directory))
  return mains.get(directory)
}

// A package with an exports map knows itself by name; its `main` may be another file.
function resolveMain(directory: string, request: string): string | undefined {
  try {
    return createRequire(join(directory, 'package.json')).resolve(request)
  } catch {
    return undefined
  }
}

/** Negative, 0 or positive, by major, minor and patch. A pre-release counts as its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.+-]/, 3).map(Number))
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether a version is among those that an instrumentation knows. */
export function isVersionWithin(version: string, { from, below }: VersionRange): boolean {
  return compareVersions(version, from) >= 0 && compareVersions(version, below) < 0
}

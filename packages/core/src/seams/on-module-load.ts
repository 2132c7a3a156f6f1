import { readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type { Stop } from '../instrumentation.ts'
import { guard, report } from '../report.ts'

/** The parts of node:module that CommonJS loaders and their instrumentations have stood on for years. */
type ModuleInternals = {
  _load(request: string, parent: unknown, isMain: boolean): unknown
  _resolveFilename(request: string, parent: unknown, isMain: boolean): string
  _cache: Record<string, { exports: unknown; loaded: boolean } | undefined>
}

export type ModuleSource = {
  /** The package's name. */
  name: string
  /** A file inside of the package, such as `dist/cjs/classes/child-processor.js`; absent: the package's main file. */
  file?: string
  /** The versions to attach to: `from` and up to, but not with, `below`. */
  versions: { from: string; below: string }
}

export type LoadedModule = { name: string; version: string; directory: string; filename: string }

type Listener = {
  source: ModuleSource
  attach: (exports: unknown, module: LoadedModule) => void
  seen: WeakSet<object>
}

const internals = Module as unknown as ModuleInternals
const listeners = new Map<string, Set<Listener>>()
let originalLoad: ModuleInternals['_load'] | undefined

/**
 * Calls `attach` with the exports of a CommonJS package each time a copy of it is loaded, by `require` or by `import`,
 * and at once for copies that are loaded already. `attach` patches prototypes: exports cannot be replaced. A version
 * outside of the range is reported as CLEW_UNSUPPORTED_VERSION. Never throws into the load.
 */
export function onModuleLoad<Exports>(
  source: ModuleSource,
  attach: (exports: Exports, module: LoadedModule) => void,
): Stop {
  const listener: Listener = { source, attach: attach as Listener['attach'], seen: new WeakSet() }
  const ofPackage = listeners.get(source.name) ?? new Set()
  listeners.set(source.name, ofPackage.add(listener))
  hookLoader()
  attachToLoaded(listener)
  return () => {
    ofPackage.delete(listener)
    if (ofPackage.size === 0) listeners.delete(source.name)
    if (listeners.size === 0) unhookLoader()
  }
}

function hookLoader(): void {
  if (originalLoad) return
  const original = internals._load
  originalLoad = original
  internals._load = function (this: unknown, request, parent, isMain) {
    const exports = original.call(this, request, parent, isMain)
    if (typeof request === 'string' && mayConcern(request)) {
      guard(
        `looking at ${request}`,
        () => notify(internals._resolveFilename(request, parent, isMain), exports),
        undefined,
      )
    }
    return exports
  }
}

function unhookLoader(): void {
  if (!originalLoad) return
  internals._load = originalLoad
  originalLoad = undefined
}

// The hot filter: a request is a package's bare name, or a path (an ESM import, a relative require) below node_modules.
function mayConcern(request: string): boolean {
  if (listeners.has(request)) return true
  for (const [name, ofPackage] of listeners) {
    if (request.startsWith(name) && request[name.length] === '/') return true
    if (request.includes(`${sep}node_modules${sep}${name}${sep}`)) return true
    for (const { source } of ofPackage) {
      if (source.file && request.endsWith(baseName(source.file)) && request.startsWith('.')) return true
    }
  }
  return false
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.js$/, '')
}

function notify(filename: string, exports: unknown): void {
  for (const ofPackage of listeners.values()) {
    for (const listener of ofPackage) {
      const module = matchModule(filename, listener.source)
      if (module) attachOnce(listener, exports, module)
    }
  }
}

function attachToLoaded(listener: Listener): void {
  const marker = `${sep}node_modules${sep}${listener.source.name}${sep}`
  for (const filename of Object.keys(internals._cache)) {
    if (!filename.includes(marker)) continue
    const cached = internals._cache[filename]
    const module = cached?.loaded ? matchModule(filename, listener.source) : undefined
    if (cached && module) attachOnce(listener, cached.exports, module)
  }
}

function attachOnce(listener: Listener, exports: unknown, module: LoadedModule): void {
  if (exports === null || (typeof exports !== 'object' && typeof exports !== 'function')) return
  if (listener.seen.has(exports)) return
  listener.seen.add(exports)
  const { from, below } = listener.source.versions
  if (compareVersions(module.version, from) < 0 || compareVersions(module.version, below) >= 0) {
    report(
      'CLEW_UNSUPPORTED_VERSION',
      `${module.name} ${module.version} is outside of ${from} … below ${below}; it runs without spans (${module.directory})`,
    )
    return
  }
  guard(`attaching to ${module.name} ${module.version}`, () => listener.attach(exports, module), undefined)
}

type PackageJson = { name?: string; version?: string; exports?: unknown }
type PackageFacts = { directory: string; name: string; version: string; main: string }
const packages = new Map<string, PackageFacts | undefined>()

function matchModule(filename: string, source: ModuleSource): LoadedModule | undefined {
  const facts = packageOf(filename)
  if (facts?.name !== source.name) return undefined
  const wanted = source.file ? join(facts.directory, source.file) : facts.main
  return wanted === filename ? { ...facts, filename } : undefined
}

function packageOf(filename: string): PackageFacts | undefined {
  for (let directory = dirname(filename); ; directory = dirname(directory)) {
    if (!packages.has(directory)) packages.set(directory, readPackage(directory))
    const facts = packages.get(directory)
    if (facts || directory === dirname(directory)) return facts
  }
}

// A package.json without a name only sets the module type of a folder; the package lies further up.
function readPackage(directory: string): PackageFacts | undefined {
  try {
    const json = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageJson
    if (!json.name || !json.version) return undefined
    // A package with an exports map knows itself by name; its `main` may be another file.
    const main = createRequire(join(directory, 'package.json')).resolve(json.exports ? json.name : directory)
    return { directory, name: json.name, version: json.version, main }
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

import { readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { types } from 'node:util'
import { guard, report } from '../process/report.ts'
import { sharedState } from '../process/state.ts'
import { type Stop, stopAll } from './instrumentation.ts'

/** What node:module has let others see and replace for years. */
type CommonJsModule = { id: string; exports: unknown; loaded: boolean }
type ModuleInternals = { prototype: object; _cache: Record<string, CommonJsModule | undefined> }

export type ModuleSource = {
  /** The package's name. */
  name: string
  /** A file inside of the package, such as `dist/cjs/classes/child-processor.js`; absent: the package's main file. */
  file?: string
  /** The versions to attach to: `from` and up to, but not with, `below`. */
  versions: { from: string; below: string }
}

export type LoadedModule = { name: string; version: string; directory: string; filename: string }

/** What a listener attached to one copy of a package: the ways back. */
export type Attached = Stop | readonly Stop[] | undefined

type Listener = {
  readonly source: ModuleSource
  readonly attach: (exports: unknown, module: LoadedModule) => Attached
  readonly seen: WeakSet<object>
  readonly stops: Stop[]
}

/** Who wants to hear of which package. One for all copies of core: there is one accessor to hear by. */
const listeners = sharedState('module listeners', () => ({
  byPackage: new Map<string, Set<Listener>>(),
  isHooked: false,
}))

const internals = Module as unknown as ModuleInternals
const visible = { enumerable: true, configurable: true }

/**
 * Calls `attach` with the exports of a CommonJS package each time a copy of it is loaded, by `require` or by `import`,
 * and at once for copies that are loaded already. `attach` patches prototypes (exports cannot be replaced) and gives
 * the ways back, which the Stop goes when it has ceased to listen. A version outside of the range is reported as
 * CLEW_UNSUPPORTED_VERSION. Never throws into the load.
 */
export function onModuleLoad<Exports>(
  source: ModuleSource,
  attach: (exports: Exports, module: LoadedModule) => Attached,
): Stop {
  const listener: Listener = { source, attach: attach as Listener['attach'], seen: new WeakSet(), stops: [] }
  const { byPackage } = listeners
  const ofPackage = byPackage.get(source.name) ?? new Set()
  byPackage.set(source.name, ofPackage.add(listener))
  hookLoader()
  attachToLoaded(listener)
  return () => {
    if (!ofPackage.delete(listener)) return
    if (ofPackage.size === 0) byPackage.delete(source.name)
    if (byPackage.size === 0) unhookLoader()
    stopAll(listener.stops)
  }
}

/**
 * Node assigns `loaded` to each CommonJS module: false when it is made, true when its code has run. An accessor on the
 * prototype hears of both. Unlike a wrapped Module._load it is no frame in the stack of what a module throws at load.
 */
function hookLoader(): void {
  if (listeners.isHooked) return
  listeners.isHooked = true
  Object.defineProperty(internals.prototype, 'loaded', {
    configurable: true,
    get: () => undefined,
    set(this: CommonJsModule, loaded: boolean) {
      setLoaded(this, loaded)
      if (!loaded && typeof this.id === 'string')
        guard('loading a module', () => watch(this, this.id), undefined)
    },
  })
}

function unhookLoader(): void {
  if (listeners.isHooked) Reflect.deleteProperty(internals.prototype, 'loaded')
  listeners.isHooked = false
}

function setLoaded(module: CommonJsModule, loaded: boolean): void {
  Object.defineProperty(module, 'loaded', { ...visible, value: loaded, writable: true })
}

function watch(module: CommonJsModule, filename: string): void {
  if (!mayConcern(filename) || !matches(filename)) return
  Object.defineProperty(module, 'loaded', {
    ...visible,
    get: () => false,
    set: (loaded: boolean) => {
      setLoaded(module, loaded)
      if (loaded) guard(`looking at ${filename}`, () => notify(filename, module.exports), undefined)
    },
  })
}

// The hot filter. What lies outside of node_modules may be a linked package.
function mayConcern(filename: string): boolean {
  if (!filename.includes(`${sep}node_modules${sep}`)) return true
  for (const name of listeners.byPackage.keys()) if (filename.includes(join(sep, name, sep))) return true
  return false
}

function matches(filename: string): boolean {
  for (const ofPackage of listeners.byPackage.values()) {
    for (const { source } of ofPackage) if (matchModule(filename, source)) return true
  }
  return false
}

function notify(filename: string, exports: unknown): void {
  withoutCircularWarnings(exports, () => {
    for (const ofPackage of listeners.byPackage.values()) {
      for (const listener of ofPackage) {
        const module = matchModule(filename, listener.source)
        if (module) attachOnce(listener, exports, module)
      }
    }
  })
}

// While a module that is required in a circle loads, Node puts a proxy below its exports that warns of every name they do
// not have, and takes it away just after `loaded`. An attach that looks for an optional name would be warned of.
function withoutCircularWarnings(exports: unknown, work: () => void): void {
  const prototype = typeof exports === 'object' && exports ? Object.getPrototypeOf(exports) : null
  if (!types.isProxy(prototype)) {
    work()
    return
  }
  Object.setPrototypeOf(exports, Object.prototype)
  try {
    work()
  } finally {
    Object.setPrototypeOf(exports, prototype)
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
      `${module.name} ${module.version} is outside of ${from} … below ${below}; it runs without spans (${module.directory}); install a supported version, or update the @clew package for it`,
    )
    return
  }
  const place = `attaching to ${module.name} ${module.version}`
  listener.stops.push(...[guard(place, () => listener.attach(exports, module), undefined) ?? []].flat())
}

type PackageJson = { name?: string; version?: string; exports?: unknown }
type PackageFacts = { directory: string; name: string; version: string; hasExports: boolean }
const packages = new Map<string, PackageFacts | undefined>()
const mains = new Map<string, string | undefined>()

function matchModule(filename: string, source: ModuleSource): LoadedModule | undefined {
  const facts = packageOf(filename)
  if (facts?.name !== source.name) return undefined
  const { directory, name, version } = facts
  const wanted = source.file ? join(directory, source.file) : mainOf(facts)
  return wanted === filename ? { directory, name, version, filename } : undefined
}

function mainOf({ directory, name, hasExports }: PackageFacts): string | undefined {
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
    return { directory, name: json.name, version: json.version, hasExports: json.exports !== undefined }
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

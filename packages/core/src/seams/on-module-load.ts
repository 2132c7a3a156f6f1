import { join, sep } from 'node:path'
import { types } from 'node:util'
import { guard, report } from '../process/report.ts'
import { sharedState } from '../process/state.ts'
import { noteAttached } from '../process/status.ts'
import { hookEsModules } from './es-module-hook.ts'
import { isVersionWithin, mainOf, packageOf, type VersionRange } from './installed-package.ts'
import { noteListening, type Stop, stopAll } from './instrumentation.ts'
import { hookModules, loadedModules } from './module-hook.ts'

/** Which file of which package to hear of. */
export type ModuleSource = {
  /** The package's name. */
  name: string
  /** A file inside of the package, such as `dist/cjs/classes/child-processor.js`; absent: the package's main file. */
  file?: string
  /** Its ES module, for packages that have one, by the file inside of the package: `dist/index.js`. */
  esModule?: string
  versions: VersionRange
}

/** A copy of a package that was loaded: `directory` is that of its package.json, `filename` that of what was loaded. */
export type LoadedModule = { name: string; version: string; directory: string; filename: string }

/** What a listener attached to one copy of a package: the ways back. */
export type Attached = Stop | readonly Stop[] | undefined

/**
 * A library that lies in the application's bundle: the name and version of its package, and which of its files it is, where an
 * instrumentation listens to another one than the main file.
 */
export type BundledModule = { name: string; version: string; file?: string }

type Listener = {
  readonly source: ModuleSource
  readonly attach: (exports: unknown, module: LoadedModule) => Attached
  readonly seen: WeakSet<object>
  readonly stops: Stop[]
}

type Listeners = {
  readonly byPackage: Map<string, Set<Listener>>
  unhook: Stop | undefined
  unhookEsModules: Stop | undefined
  /** ES modules that were heard of, by file: Node keeps no list of them that others may see. */
  readonly esModules: Map<string, unknown>
  /** What the application handed over. */
  readonly bundled: { module: BundledModule; exports: unknown }[]
}

/** Who wants to hear of which package. One for all copies of core: there is one hook to hear by. */
const listeners = sharedState<Listeners>('module listeners', () => ({
  byPackage: new Map(),
  unhook: undefined,
  unhookEsModules: undefined,
  esModules: new Map(),
  bundled: [],
}))

/**
 * Calls `attach` with the exports of a package each time a copy of it is loaded, by `require` or by `import`, and at once
 * for copies that are loaded already. Its ES module is heard of when the source names it, and only from then on. `attach` patches prototypes (exports cannot be replaced) and gives
 * the ways back, which the Stop goes when it has ceased to listen. A version outside of the range is reported as
 * CLEW_UNSUPPORTED_VERSION. Never throws into the load.
 */
export function onModuleLoad<Exports>(
  source: ModuleSource,
  attach: (exports: Exports, module: LoadedModule) => Attached,
): Stop {
  const listener: Listener = { source, attach: attach as Listener['attach'], seen: new WeakSet(), stops: [] }
  const { byPackage } = listeners
  noteListening(source.name)
  const ofPackage = byPackage.get(source.name) ?? new Set()
  byPackage.set(source.name, ofPackage.add(listener))
  listeners.unhook ??= hookModules({ wants, loaded: notify })
  if (source.esModule) listeners.unhookEsModules ??= hookEsModules({ wants, loaded: notifyOfEsModule })
  attachToLoaded(listener)
  return () => {
    if (!ofPackage.delete(listener)) return
    if (ofPackage.size === 0) byPackage.delete(source.name)
    if (byPackage.size === 0) unhook()
    stopAll(listener.stops)
  }
}

/**
 * Hands over a library that is in the application's bundle, where Node loads no module that could be heard of: what is
 * started for it, before or later, attaches to its exports as if it had been loaded. Do so before the library is used: what was made before keeps
 * what it took from it. Does nothing where nothing is started for it. Never throws.
 */
export function joinBundled(module: BundledModule, exports: unknown): void {
  listeners.bundled.push({ module, exports })
  for (const listener of listeners.byPackage.get(module.name) ?? [])
    attachToBundled(listener, module, exports)
}

function attachToBundled(listener: Listener, { name, version, file }: BundledModule, exports: unknown): void {
  const { source } = listener
  if (source.name !== name || source.file !== file) return
  const place = `bundle:${name}${file ? `/${file}` : ''}`
  attachOnce(listener, exports, { name, version, directory: place, filename: place })
}

function unhook(): void {
  listeners.unhook?.()
  listeners.unhookEsModules?.()
  listeners.unhook = listeners.unhookEsModules = undefined
}

function wants(filename: string): boolean {
  return mayConcern(filename) && matches(filename)
}

// The hot filter.
function mayConcern(filename: string): boolean {
  if (mayBeLinked(filename)) return true
  for (const name of listeners.byPackage.keys()) if (filename.includes(folderOf(name))) return true
  return false
}

// A member of a workspace is loaded by where it lies.
function mayBeLinked(filename: string): boolean {
  return !filename.includes(`${sep}node_modules${sep}`)
}

const folders = new Map<string, string>()

function folderOf(name: string): string {
  const folder = folders.get(name) ?? join(sep, name, sep)
  folders.set(name, folder)
  return folder
}

function matches(filename: string): boolean {
  for (const { source } of listenersFor(filename)) if (matchModule(filename, source)) return true
  return false
}

// A package such as Nest has hundreds of files, and each of its files is asked for.
function listenersFor(filename: string): Iterable<Listener> {
  const found = packageOf(filename)
  return (found && listeners.byPackage.get(found.name)) ?? []
}

function notifyOfEsModule(filename: string, exports: unknown): void {
  listeners.esModules.set(filename, exports)
  notify(filename, exports)
}

function notify(filename: string, exports: unknown): void {
  withoutCircularWarnings(exports, () => {
    for (const listener of listenersFor(filename)) {
      const module = matchModule(filename, listener.source)
      if (module) attachOnce(listener, exports, module)
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
  const isOfPackage = (filename: string): boolean => filename.includes(marker) || mayBeLinked(filename)
  const esModules = [...listeners.esModules].filter(([filename]) => isOfPackage(filename))
  for (const [filename, exports] of [...loadedModules(isOfPackage), ...esModules]) {
    const module = matchModule(filename, listener.source)
    if (module) attachOnce(listener, exports, module)
  }
  for (const { module, exports } of listeners.bundled) attachToBundled(listener, module, exports)
}

function attachOnce(listener: Listener, exports: unknown, module: LoadedModule): void {
  if (exports === null || (typeof exports !== 'object' && typeof exports !== 'function')) return
  if (listener.seen.has(exports)) return
  listener.seen.add(exports)
  const { versions } = listener.source
  if (!isVersionWithin(module.version, versions)) {
    report(
      'CLEW_UNSUPPORTED_VERSION',
      `${module.name} ${module.version} is outside of ${versions.from} … below ${versions.below}; it runs without spans (${module.directory}); install a supported version, or update the @clew package for it`,
    )
    return
  }
  noteAttached(module.name, module.version)
  const place = `attaching to ${module.name} ${module.version}`
  listener.stops.push(...[guard(place, () => listener.attach(exports, module), undefined) ?? []].flat())
}

function matchModule(filename: string, source: ModuleSource): LoadedModule | undefined {
  const found = packageOf(filename)
  if (found?.name !== source.name) return undefined
  const { directory, name, version } = found
  const wanted = source.file ? join(directory, source.file) : mainOf(found)
  const isWanted = wanted === filename || (source.esModule && join(directory, source.esModule) === filename)
  return isWanted ? { directory, name, version, filename } : undefined
}

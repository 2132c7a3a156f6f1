import Module from 'node:module'
import { guard, report } from '../process/report.ts'
import type { Stop } from './instrumentation.ts'

/** What node:module has let others see and replace for years. */
type CommonJsModule = { id: string; exports: unknown; loaded: boolean; load(filename: string): void }
type ModuleInternals = {
  new (id: string): CommonJsModule
  prototype: object
  _cache: Record<string, CommonJsModule | undefined>
  _extensions: Record<string, (module: CommonJsModule, filename: string) => void>
}

const internals = Module as unknown as ModuleInternals
const probeExtension = '.clew-probe'
const probe = `/probe${probeExtension}`
const visible = { enumerable: true, configurable: true }

/** Who hears of a CommonJS module: `wants` when it is made, and for those that it wants `loaded` when their code has run. */
export type ModuleHook = {
  wants(filename: string): boolean
  loaded(filename: string, exports: unknown): void
}

/**
 * Hears of all CommonJS modules from now on; one hook at a time in a process. When Node does not tell any more, that is
 * reported as CLEW_PATCH_MISSING. Never throws into a load.
 */
export function hookModules(hook: ModuleHook): Stop {
  if (!isHookCalled()) {
    const what = `Node.js ${process.versions.node} does not tell of the modules that it loads`
    const remedy = 'report it with this version, and run an earlier one until it is mended'
    report(
      'CLEW_PATCH_MISSING',
      `${what}: libraries run without spans and their logs are not joined; ${remedy}`,
    )
  }
  return defineAccessor(hook)
}

/** Whether the hook hears of a module that Node makes and runs: one that does nothing and is in no cache. */
function isHookCalled(): boolean {
  let isCalled = false
  const loaded = (): void => {
    isCalled = true
  }
  const unhook = defineAccessor({ wants: (filename) => filename === probe, loaded })
  internals._extensions[probeExtension] = () => {}
  try {
    new internals(probe).load(probe)
  } catch {
    return false
  } finally {
    Reflect.deleteProperty(internals._extensions, probeExtension)
    unhook()
  }
  return isCalled
}

/**
 * Node assigns `loaded` to each module: false when it is made, true when its code has run. An accessor on the prototype
 * hears of both. Unlike a wrapped Module._load it is no frame in the stack of what a module throws at load.
 */
function defineAccessor(hook: ModuleHook): Stop {
  Object.defineProperty(internals.prototype, 'loaded', {
    configurable: true,
    get: () => undefined,
    set(this: CommonJsModule, loaded: boolean) {
      setLoaded(this, loaded)
      if (!loaded && typeof this.id === 'string')
        guard('loading a module', () => watch(this, this.id, hook), undefined)
    },
  })
  return () => {
    Reflect.deleteProperty(internals.prototype, 'loaded')
  }
}

function setLoaded(module: CommonJsModule, loaded: boolean): void {
  Object.defineProperty(module, 'loaded', { ...visible, value: loaded, writable: true })
}

function watch(module: CommonJsModule, filename: string, hook: ModuleHook): void {
  if (!hook.wants(filename)) return
  Object.defineProperty(module, 'loaded', {
    ...visible,
    get: () => false,
    set: (loaded: boolean) => {
      setLoaded(module, loaded)
      if (loaded) guard(`looking at ${filename}`, () => hook.loaded(filename, module.exports), undefined)
    },
  })
}

/** The modules that are loaded already, of the files that `wants` chooses. */
export function loadedModules(wants: (filename: string) => boolean): [filename: string, exports: unknown][] {
  return Object.entries(internals._cache).flatMap(([filename, module]) =>
    module?.loaded && wants(filename) ? [[filename, module.exports] as [string, unknown]] : [],
  )
}

import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { guard, report } from '../process/report.ts'
import { subscribeChannel } from './channel.ts'
import { compareVersions } from './installed-package.ts'
import type { Stop } from './instrumentation.ts'
import type { ModuleHook } from './module-hook.ts'

const channelName = 'clew:es-module'

type Loaded = { url: string; exports: unknown }

/**
 * Hears of ES modules from now on, as `hookModules` does of CommonJS ones. Node tells of none that has run, so the ones that
 * the hook wants get a line at their end that does. Other modules are loaded as they are. Where Node would load CommonJS
 * modules otherwise once there is such a hook, that is reported and nothing is heard.
 */
export function hookEsModules(hook: ModuleHook): Stop {
  if (!leavesCommonJsAlone(process.versions.node)) {
    const where = `Node.js ${process.versions.node} cannot tell of ES modules and leave the others as they are`
    report(
      'CLEW_PATCH_MISSING',
      `${where}: libraries that are loaded by import as ES modules run without spans; update Node.js (22.22.3, 24.11.1 and 26 can)`,
    )
    return () => {}
  }
  const unsubscribe = subscribeChannel<Loaded>(channelName, ({ url, exports }) => {
    hook.loaded(fileURLToPath(url), exports)
  })
  const hooks = registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      const isWanted = loaded.format === 'module' && url.startsWith('file:')
      if (!isWanted || !guard('loading a module', () => hook.wants(fileURLToPath(url)), false)) return loaded
      return { ...loaded, source: withNotice(textOf(loaded.source), url) }
    },
  })
  return () => {
    hooks.deregister()
    unsubscribe()
  }
}

// Before, when there is any load hook, a CommonJS module that is imported gets a `require` without a cache (seen on 22.15 to
// 22.22.0, 24.0 to 24.10 and 25.0, not on 22.22.3, 24.11.1 and 26.0).
function leavesCommonJsAlone(version: string): boolean {
  if (version.startsWith('22.')) return compareVersions(version, '22.22.3') >= 0
  if (version.startsWith('24.')) return compareVersions(version, '24.11.1') >= 0
  return compareVersions(version, '26.0.0') >= 0
}

type Source = string | ArrayBuffer | NodeJS.TypedArray | undefined

function textOf(source: Source): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source)
}

// A module may import itself: what it then sees is its own exports, which are all there when this line runs.
function withNotice(source: string, url: string): string {
  const ownUrl = JSON.stringify(url)
  const channel = `process.getBuiltinModule('node:diagnostics_channel').channel('${channelName}')`
  return `${source}\nimport * as $clewOwnExports from ${ownUrl};${channel}.publish({url:${ownUrl},exports:$clewOwnExports})`
}

import { existsSync } from 'node:fs'
import { build, type Plugin } from 'esbuild'
import { publishedPackages } from './packages.ts'

/**
 * Importing a built-in module into ESM reads each of its exports, and some of those are getters that load megabytes:
 * `import 'node:http'` loads the whole of undici, 30 ms. `process.getBuiltinModule` does not.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
    }))
  },
}

/** Files that a preload reads at start, each bundled into one: reading many small ones costs half a millisecond each. */
function bundleFile(entry: string, outfile: string, external: string[]): Promise<unknown> {
  return build({
    entryPoints: [entry],
    outfile,
    external,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [lazyBuiltins],
    legalComments: 'eof',
    logLevel: 'warning',
  })
}

const packages = publishedPackages().filter(({ directory }) => existsSync(`${directory}/dist/index.js`))
for (const { name, directory, exports } of packages) {
  for (const [subpath, target] of Object.entries(exports)) {
    const outfile = typeof target === 'string' ? target : target.default
    if (!outfile.startsWith('./bundle/')) continue
    const entry = outfile.replace('./bundle/', './dist/')
    await bundleFile(
      `${directory}/${entry}`,
      `${directory}/${outfile}`,
      name === '@clew/core' ? [] : ['@clew/core', 'yaml'],
    )
    console.log(`bundled ${name}${subpath.slice(1)}`)
  }
}
// The worker of the last flush is started by the address of a file beside the code that starts it.
await bundleFile('packages/pipeline/dist/exit/flush-worker.js', 'packages/node/bundle/flush-worker.js', [])
